import { Arrivals } from '../arrivals.ts';
import { share } from '../pacer.ts';
import type { ScenarioRun } from '../scenario-run.ts';
import { type Iteration, VirtualUser } from '../virtual-user.ts';

/**
 * `session-arrival`, `connection-arrival`: every arrival is a client of its own, that connects, makes one iteration and
 * ends its session. Its first exchange is planned when it arrives, so that connecting is charged to it. An arrival
 * beyond the most clients at once is dropped.
 */
export class FreshClients extends Arrivals {
  readonly #clients = new Set<VirtualUser>();
  readonly #most: number;

  constructor(run: ScenarioRun) {
    super(run);
    const { maxVUs = Number.POSITIVE_INFINITY } = run.plan.executor;
    this.#most = share(maxVUs, run.engine.worker, run.engine.workers);
  }

  get users(): number {
    return this.#clients.size;
  }

  connect(done: () => void): void {
    done();
  }

  override iterationEnded(iteration: Iteration, now: number): void {
    super.iterationEnded(iteration, now);
    this.#clients.delete(iteration.user);
    iteration.user.session.end(now);
  }

  close(now: number): void {
    for (const { session } of this.#clients) session.end(now);
    this.#clients.clear();
  }

  protected arrive(number: number, due: number, now: number): void {
    if (this.#clients.size >= this.#most) return this.run.drop(number, due, now);
    const client = new VirtualUser(this.run, number);
    this.#clients.add(client);
    this.begin(client, number, due, now);
  }
}
