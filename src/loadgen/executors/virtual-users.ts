import type { Executor } from '../executor.ts';
import { LevelSteps } from '../levels.ts';
import { share } from '../pacer.ts';
import { preconnect } from '../preconnect.ts';
import type { ScenarioRun } from '../scenario-run.ts';
import { Iteration, VirtualUser } from '../virtual-user.ts';
import { type Allowance, allowanceOf } from './allowance.ts';

/** A user the ramp took away, whose iteration may go on until then. */
interface Departure {
  readonly user: number;
  readonly until: number;
}

/**
 * `constant-vus`, `ramping-vus`, `per-vu-iterations`, `shared-iterations`: a level of virtual users, each of which
 * starts its next iteration when the last one is over. User i of the plan runs on worker i mod W while the level is
 * above i.
 */
export class VirtualUsers implements Executor {
  readonly #run: ScenarioRun;
  readonly #users: VirtualUser[] = [];
  readonly #iterations: Iteration[][] = [];
  readonly #steps: LevelSteps;
  readonly #allowance: Allowance;
  /** In order of their end, as all have the same grace. */
  readonly #departures: Departure[] = [];
  readonly #grace: number;
  #startAt = 0;
  #level = 0;
  #stopped = false;
  active = 0;
  next = Number.POSITIVE_INFINITY;

  constructor(run: ScenarioRun) {
    this.#run = run;
    this.#steps = new LevelSteps(run.profile);
    this.#allowance = allowanceOf(run.plan.executor, run.engine);
    this.#grace = (run.plan.executor.gracefulRampDown ?? 0) * 1000;
  }

  get users(): number {
    return this.#level;
  }

  get finished(): boolean {
    return this.#allowance.spent && this.active === 0;
  }

  connect(done: () => void): void {
    const { stages } = this.#run.plan.executor;
    const constant = stages.every(({ from, to }) => from === to && from === stages[0].from);
    if (!constant || this.#run.connectsInSteps) return done();
    this.#grow(this.#ownLevel(stages[0].from));
    preconnect(this.#run, this.#users, done);
  }

  start(at: number): void {
    this.#startAt = at;
    this.next = at;
  }

  wake(now: number): void {
    for (let due = this.#due; due <= now; due = this.#due) {
      this.#steps.step();
      const level = this.#ownLevel(this.#steps.level);
      if (level > this.#level) this.#raise(level, due, now);
      else this.#lower(level, due, now);
    }
    while (this.#departures.length > 0 && this.#departures[0].until <= now)
      this.#depart(this.#departures.shift()!, now);
    this.next = Math.min(this.#due, this.#departures[0]?.until ?? Number.POSITIVE_INFINITY);
  }

  iterationEnded(iteration: Iteration, now: number): void {
    const { user } = iteration;
    this.active--;
    if (!this.#stopped && user.leaving === Number.POSITIVE_INFINITY) this.#begin(iteration, now, now);
    else if (this.#idle(user)) user.session.close('delete', now);
  }

  stop(now: number): void {
    this.#stopped = true;
    this.next = Number.POSITIVE_INFINITY;
    for (const user of this.#users) if (this.#idle(user)) user.session.close('delete', now);
  }

  hurry(now: number): void {
    for (const own of this.#iterations) for (const iteration of own) iteration.hurry(now);
  }

  abandon(): void {
    for (const own of this.#iterations) for (const iteration of own) iteration.abandon();
  }

  close(now: number): void {
    for (const { session } of this.#users) session.end(now);
  }

  get #due(): number {
    return this.#startAt + this.#steps.next * 1000;
  }

  /** Users of this worker at a level of the whole plan. */
  #ownLevel(level: number): number {
    return share(level, this.#run.engine.worker, this.#run.engine.workers);
  }

  #raise(level: number, due: number, now: number): void {
    this.#grow(level);
    for (let i = this.#level; i < level; i++) {
      this.#users[i].leaving = Number.POSITIVE_INFINITY;
      for (const iteration of this.#iterations[i]) if (!iteration.active) this.#begin(iteration, due, now);
    }
    this.#level = level;
  }

  #lower(level: number, due: number, now: number): void {
    for (let i = this.#level - 1; i >= level; i--) {
      const user = this.#users[i];
      user.leaving = due + this.#grace;
      if (this.#idle(user)) user.session.close('delete', now);
      else this.#departures.push({ user: i, until: user.leaving });
    }
    this.#level = level;
  }

  /** The grace of a user is over, unless the ramp has called it back meanwhile. */
  #depart({ user: index, until }: Departure, now: number): void {
    const user = this.#users[index];
    if (user.leaving !== until) return;
    this.#run.abandon(now, user.session);
    for (const iteration of this.#iterations[index]) {
      if (iteration.active) this.active--;
      iteration.abandon();
    }
    user.session.end(now);
  }

  #begin(iteration: Iteration, planned: number, now: number): void {
    const { user } = iteration;
    const number = this.#allowance.take(user);
    if (number < 0) return;
    this.active++;
    iteration.start(number, planned, false, now);
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
