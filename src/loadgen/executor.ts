import type { ExecutorKind } from '../scenario/plan.ts';
import { FreshClients } from './executors/fresh-clients.ts';
import { SharedConnections } from './executors/shared-connections.ts';
import { VirtualUserPool } from './executors/virtual-user-pool.ts';
import { VirtualUsers } from './executors/virtual-users.ts';
import type { ScenarioRun } from './scenario-run.ts';
import type { Iteration } from './virtual-user.ts';

/**
 * Turns a profile into iterations. Called by the life of its scenario, in this order: `connect` once, `start` once,
 * then `wake` whenever its `next` instant has come, `stop`, perhaps `hurry`, perhaps `abandon`, and `close` once. Never called before an
 * instant is due; must not block.
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
  /** Iterations under way wait no more: holds and think times are over. */
  hurry(now: number): void;
  /** Iterations under way are no more; their exchanges have ended. */
  abandon(): void;
  /** Ends the sessions that still stand. */
  close(now: number): void;
  /** Iterations under way. */
  readonly active: number;
  /** Virtual users at work. */
  readonly users: number;
  /** All iterations it was to make are made. */
  readonly finished: boolean;
}

type ExecutorFactory = (run: ScenarioRun) => Executor;

const virtualUsers: ExecutorFactory = (run) => new VirtualUsers(run);
const freshClients: ExecutorFactory = (run) => new FreshClients(run);
const arrivals: ExecutorFactory = (run) =>
  run.plan.executor.maxVUs === undefined ? new SharedConnections(run) : new VirtualUserPool(run);

export const executors = {
  'constant-vus': virtualUsers,
  'ramping-vus': virtualUsers,
  'per-vu-iterations': virtualUsers,
  'shared-iterations': virtualUsers,
  'constant-arrival-rate': arrivals,
  'ramping-arrival-rate': arrivals,
  'session-arrival': freshClients,
  'connection-arrival': freshClients,
} satisfies Record<ExecutorKind, ExecutorFactory>;
