import { ArrivalWalk } from './arrival-walk.ts';
import type { Executor } from './executor.ts';
import type { ScenarioRun } from './scenario-run.ts';
import { Iteration, type VirtualUser } from './virtual-user.ts';

/** What all open executors share: every arrival is an iteration, begun when it is due. Subclasses say by whom. */
export abstract class Arrivals implements Executor {
  protected readonly run: ScenarioRun;
  readonly #walk: ArrivalWalk;
  readonly #iterations: Iteration[] = [];
  readonly #idle: Iteration[] = [];
  #startAt = 0;
  active = 0;
  next = Number.POSITIVE_INFINITY;

  constructor(run: ScenarioRun) {
    this.run = run;
    const { iterations, arrival } = run.plan.executor;
    const seed = arrival === 'poisson' ? run.seed : undefined;
    this.#walk = new ArrivalWalk(run.profile, run.engine, iterations ?? Number.POSITIVE_INFINITY, seed);
  }

  abstract readonly users: number;
  abstract connect(done: () => void): void;
  abstract close(now: number): void;
  /** Arrival `number` is due at `due` and taken up at `now`. */
  protected abstract arrive(number: number, due: number, now: number): void;

  get finished(): boolean {
    return this.#walk.due === Number.POSITIVE_INFINITY && this.active === 0;
  }

  start(at: number): void {
    this.#startAt = at;
    this.next = at + this.#walk.due * 1000;
  }

  wake(now: number): void {
    while (this.next <= now) {
      const { arrival } = this.#walk;
      const due = this.next;
      this.#walk.advance();
      this.next = this.#startAt + this.#walk.due * 1000;
      this.arrive(arrival, due, now);
    }
  }

  iterationEnded(iteration: Iteration, _now: number): void {
    this.active--;
    this.#idle.push(iteration);
  }

  stop(_now: number): void {
    this.next = Number.POSITIVE_INFINITY;
  }

  hurry(now: number): void {
    for (const iteration of this.#iterations) iteration.hurry(now);
  }

  abandon(): void {
    for (const iteration of this.#iterations) iteration.abandon();
  }

  protected begin(user: VirtualUser, number: number, due: number, now: number): void {
    this.active++;
    const iteration = this.#idle.pop() ?? this.#another(user);
    iteration.user = user;
    iteration.start(number, due, true, now);
  }

  #another(user: VirtualUser): Iteration {
    const iteration = new Iteration(this.run, this, user);
    this.#iterations.push(iteration);
    return iteration;
  }
}
