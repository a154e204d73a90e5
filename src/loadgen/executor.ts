import type { Model } from '../scenario/plan.ts';
import { ClosedExecutor } from './executors/closed.ts';
import { OpenExecutor } from './executors/open.ts';
import type { ScenarioRun } from './scenario-run.ts';
import type { Iteration } from './virtual-user.ts';

/**
 * Turns a profile into iterations. Called by the engine of its worker, in this order: `connect` once, `start` once,
 * then `wake` whenever its `next` instant has come, `stop` and `close` once. Never called before an instant is due; must not block.
 */
export interface Executor {
  /** Opens the sessions that must stand before the clock starts; `done` is called when they do. */
  connect(done: () => void): void;
  /** The profile begins at `at`. */
  start(at: number): void;
  /** When it wants to be woken, ms of this thread's clock; Infinity when it does not. */
  readonly next: number;
  /** Starts everything due. */
  wake(now: number): void;
  iterationEnded(iteration: Iteration, now: number): void;
  /** Starts nothing any more; iterations under way may end. */
  stop(now: number): void;
  /** Ends the sessions that still stand. */
  close(now: number): void;
  /** Iterations under way. */
  readonly active: number;
  /** Virtual users at work. */
  readonly users: number;
  /** All iterations it was to make are made. */
  readonly finished: boolean;
}

export const executors = {
  closed: (run: ScenarioRun): Executor => new ClosedExecutor(run),
  open: (run: ScenarioRun): Executor => new OpenExecutor(run),
} satisfies Record<Model, (run: ScenarioRun) => Executor>;
