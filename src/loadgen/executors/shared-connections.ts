import { Arrivals } from '../arrivals.ts';
import { share } from '../pacer.ts';
import { preconnect } from '../preconnect.ts';
import type { ScenarioRun } from '../scenario-run.ts';
import { VirtualUser } from '../virtual-user.ts';

/**
 * `constant-arrival-rate`, `ramping-arrival-rate`: arrival n is one iteration, due when the schedule says so, whatever
 * became of the earlier ones. Worker w of W takes the arrivals n ≡ w (mod W) and its connections in turn: where W divides
 * vus, that is connection n mod vus.
 */
export class SharedConnections extends Arrivals {
  readonly #users: readonly VirtualUser[];

  constructor(run: ScenarioRun) {
    super(run);
    const { worker, workers } = run.engine;
    const count = Math.max(1, share(run.plan.executor.vus, worker, workers));
    this.#users = Array.from({ length: count }, (_, i) => new VirtualUser(run, worker + i * workers));
  }

  get users(): number {
    return this.#users.length;
  }

  connect(done: () => void): void {
    if (this.run.connectsInSteps) done();
    else preconnect(this.run, this.#users, done);
  }

  close(now: number): void {
    for (const { session } of this.#users) session.end(now);
  }

  protected arrive(number: number, due: number, now: number): void {
    const user = this.#users[Math.floor(number / this.run.engine.workers) % this.#users.length];
    this.begin(user, number, due, now);
  }
}
