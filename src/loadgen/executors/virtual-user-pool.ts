import { Arrivals } from '../arrivals.ts';
import { share } from '../pacer.ts';
import { preconnect } from '../preconnect.ts';
import type { ScenarioRun } from '../scenario-run.ts';
import type { SessionWaiter } from '../session-waiter.ts';
import { type Iteration, VirtualUser } from '../virtual-user.ts';

/**
 * The arrival-rate executors with k6's `maxVUs`: a virtual user makes one iteration at a time, and an arrival that finds
 * none free is dropped. That it was dropped has one more user connected in the background, one at a time, up to the most.
 */
export class VirtualUserPool extends Arrivals implements SessionWaiter {
  readonly #users: VirtualUser[];
  readonly #most: number;
  /** In the order in which they became free, from `#nextFree` on. */
  readonly #free: VirtualUser[] = [];
  #nextFree = 0;
  #connecting: VirtualUser | undefined;

  constructor(run: ScenarioRun) {
    super(run);
    const { worker, workers } = run.engine;
    const { vus, maxVUs = vus } = run.plan.executor;
    this.#users = Array.from({ length: Math.max(1, share(vus, worker, workers)) }, (_, i) => this.#user(i));
    this.#most = Math.max(this.#users.length, share(maxVUs, worker, workers));
  }

  get users(): number {
    return this.#users.length;
  }

  connect(done: () => void): void {
    this.#free.push(...this.#users);
    if (this.run.connectsInSteps) done();
    else preconnect(this.run, this.#users, done);
  }

  close(now: number): void {
    for (const { session } of [...this.#users, ...(this.#connecting ? [this.#connecting] : [])]) session.end(now);
  }

  override iterationEnded(iteration: Iteration, now: number): void {
    super.iterationEnded(iteration, now);
    this.#free.push(iteration.user);
  }

  sessionReady(): void {
    const user = this.#connecting!;
    this.#connecting = undefined;
    this.#users.push(user);
    this.#free.push(user);
  }

  /** The next arrival that is dropped tries again. */
  sessionFailed(_openedAt: number, now: number): void {
    this.#connecting?.session.end(now);
    this.#connecting = undefined;
  }

  protected arrive(number: number, due: number, now: number): void {
    const user = this.#takeFree();
    if (user !== undefined) return this.begin(user, number, due, now);
    this.run.drop(number, due, now);
    if (this.#connecting !== undefined || this.#users.length >= this.#most) return;
    this.#connecting = this.#user(this.#users.length);
    this.#connecting.session.whenReady(this, now);
  }

  #takeFree(): VirtualUser | undefined {
    if (this.#nextFree === this.#free.length) return undefined;
    const user = this.#free[this.#nextFree++];
    if (this.#nextFree === this.#free.length || this.#nextFree > 1024) {
      this.#free.splice(0, this.#nextFree);
      this.#nextFree = 0;
    }
    return user;
  }

  #user(i: number): VirtualUser {
    const { worker, workers } = this.run.engine;
    return new VirtualUser(this.run, worker + i * workers);
  }
}
