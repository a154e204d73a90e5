import type { Executor } from '../executor.ts';
import { ArrivalSchedule, share } from '../pacer.ts';
import { preconnect } from '../preconnect.ts';
import type { ScenarioRun } from '../scenario-run.ts';
import { Iteration, VirtualUser } from '../virtual-user.ts';

/**
 * `constant-arrival-rate`, `ramping-arrival-rate`: arrival n is one iteration on connection n mod vus, due when the
 * schedule says so, whatever became of the earlier ones. Worker w of W takes the arrivals n ≡ w (mod W).
 */
export class OpenExecutor implements Executor {
  readonly #run: ScenarioRun;
  readonly #schedule: ArrivalSchedule;
  readonly #users: VirtualUser[];
  readonly #idle: Iteration[] = [];
  readonly #limit: number;
  #startAt = 0;
  #arrival: number;
  active = 0;
  next = Number.POSITIVE_INFINITY;

  constructor(run: ScenarioRun) {
    this.#run = run;
    const { executor } = run.plan;
    const { worker, workers } = run.engine;
    this.#schedule = new ArrivalSchedule(run.profile);
    this.#limit = Math.min(executor.iterations ?? Number.POSITIVE_INFINITY, this.#schedule.total);
    this.#arrival = worker;
    const count = Math.max(1, share(executor.vus, worker, workers));
    this.#users = Array.from({ length: count }, (_, i) => new VirtualUser(run, worker + i * workers));
  }

  get users(): number {
    return this.#users.length;
  }

  get finished(): boolean {
    return this.#arrival >= this.#limit && this.active === 0;
  }

  connect(done: () => void): void {
    if (this.#run.connectsInSteps) done();
    else preconnect(this.#run, this.#users, done);
  }

  start(at: number): void {
    this.#startAt = at;
    this.next = this.#due();
  }

  wake(now: number): void {
    while (this.next <= now) {
      const arrival = this.#arrival;
      const user = this.#users[Math.floor(arrival / this.#run.engine.workers) % this.#users.length];
      const due = this.next;
      this.#arrival += this.#run.engine.workers;
      this.next = this.#due();
      this.active++;
      this.#iteration(user).start(arrival, due, true, now);
    }
  }

  iterationEnded(iteration: Iteration, _now: number): void {
    this.active--;
    this.#idle.push(iteration);
  }

  stop(_now: number): void {
    this.#arrival = Number.POSITIVE_INFINITY;
    this.next = Number.POSITIVE_INFINITY;
  }

  close(now: number): void {
    for (const { session } of this.#users) session.close('delete', now);
  }

  #due(): number {
    return this.#arrival >= this.#limit
      ? Number.POSITIVE_INFINITY
      : this.#startAt + this.#schedule.dueAt(this.#arrival) * 1000;
  }

  #iteration(user: VirtualUser): Iteration {
    const iteration = this.#idle.pop() ?? new Iteration(this.#run, this, user);
    iteration.user = user;
    return iteration;
  }
}
