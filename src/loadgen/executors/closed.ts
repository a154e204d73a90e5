import type { Executor } from '../executor.ts';
import { levelAt, share } from '../pacer.ts';
import { preconnect } from '../preconnect.ts';
import type { ScenarioRun } from '../scenario-run.ts';
import { Iteration, VirtualUser } from '../virtual-user.ts';

/** How often a ramp looks at its level. */
const rampTickMillis = 10;
/** User u begins the iterations u, u + 2^20, u + 2 × 2^20, … of the plan. */
const mostUsers = 2 ** 20;

/**
 * `constant-vus`, `ramping-vus`: a level of virtual users, each of which starts its next iteration when the last one
 * is over. User i of the plan runs on worker i mod W while the level is above i.
 */
export class ClosedExecutor implements Executor {
  readonly #run: ScenarioRun;
  readonly #users: VirtualUser[] = [];
  readonly #iterations: Iteration[][] = [];
  readonly #constant: boolean;
  #startAt = 0;
  #level = 0;
  #left: number;
  #stopped = false;
  active = 0;
  next = Number.POSITIVE_INFINITY;

  constructor(run: ScenarioRun) {
    this.#run = run;
    const { executor } = run.plan;
    this.#constant = run.profile.every(({ from, to }) => from === to && from === executor.stages[0].from);
    this.#left =
      executor.iterations === undefined
        ? Number.POSITIVE_INFINITY
        : share(executor.iterations, run.engine.worker, run.engine.workers);
  }

  get users(): number {
    return this.#level;
  }

  get finished(): boolean {
    return this.#left <= 0 && this.active === 0;
  }

  connect(done: () => void): void {
    if (!this.#constant || this.#run.connectsInSteps) return done();
    this.#grow(this.#ownLevel(this.#run.plan.executor.stages[0].from));
    preconnect(this.#run, this.#users, done);
  }

  start(at: number): void {
    this.#startAt = at;
    this.next = at;
  }

  wake(now: number): void {
    const level = this.#ownLevel(levelAt(this.#run.profile, (now - this.#startAt) / 1000));
    this.next = this.#constant ? Number.POSITIVE_INFINITY : now + rampTickMillis;
    if (level > this.#level) this.#raise(level, now);
    else this.#lower(level, now);
  }

  iterationEnded(iteration: Iteration, now: number): void {
    this.active--;
    if (!iteration.user.stopping) this.#begin(iteration, now);
    else if (this.#idle(iteration.user)) iteration.user.session.close('delete', now);
  }

  stop(now: number): void {
    this.#stopped = true;
    this.next = Number.POSITIVE_INFINITY;
    this.#lower(0, now);
  }

  close(now: number): void {
    for (const { session } of this.#users) session.close('delete', now);
  }

  /** Users of this worker at a level of the whole plan. */
  #ownLevel(level: number): number {
    return share(Math.floor(level + 1e-9), this.#run.engine.worker, this.#run.engine.workers);
  }

  #raise(level: number, now: number): void {
    this.#grow(level);
    for (let i = this.#level; i < level; i++) {
      this.#users[i].stopping = false;
      for (const iteration of this.#iterations[i]) if (!iteration.active) this.#begin(iteration, now);
    }
    this.#level = level;
  }

  #lower(level: number, now: number): void {
    for (let i = this.#level - 1; i >= level; i--) {
      this.#users[i].stopping = true;
      for (const iteration of this.#iterations[i]) iteration.interrupt(now);
      if (this.#idle(this.#users[i])) this.#users[i].session.close('delete', now);
    }
    this.#level = Math.min(this.#level, level);
  }

  #begin(iteration: Iteration, now: number): void {
    if (this.#stopped || this.#left <= 0) return;
    this.#left--;
    this.active++;
    const { user } = iteration;
    iteration.start(user.index + mostUsers * user.passes++, now, false, now);
  }

  #idle(user: VirtualUser): boolean {
    const { worker, workers } = this.#run.engine;
    return this.#iterations[(user.index - worker) / workers].every(({ active }) => !active);
  }

  #grow(level: number): void {
    const { engine, plan } = this.#run;
    for (let i = this.#users.length; i < level; i++) {
      const user = new VirtualUser(this.#run, engine.worker + i * engine.workers);
      this.#users.push(user);
      this.#iterations.push(Array.from({ length: plan.inFlight }, () => new Iteration(this.#run, this, user)));
    }
  }
}
