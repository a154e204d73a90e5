import type { ScenarioRun } from './scenario-run.ts';

/**
 * From the start of a scenario to its end on one worker:
 *
 *     waiting ──start──► running ──profile over, or stopped──► draining ──nothing under way, or grace over──► over
 *                           └────────────────────all iterations made────────────────────────────────────────►┘
 *
 * What is still under way when the grace is over ends unanswered.
 */
export class ScenarioLife {
  readonly #run: ScenarioRun;
  #state: 'waiting' | 'running' | 'draining' | 'over' = 'waiting';
  #loadEnds = Number.POSITIVE_INFINITY;
  #graceEnds = Number.POSITIVE_INFINITY;

  constructor(run: ScenarioRun) {
    this.#run = run;
  }

  /** May still begin something. */
  get loading(): boolean {
    return this.#state === 'waiting' || this.#state === 'running';
  }

  get over(): boolean {
    return this.#state === 'over';
  }

  /** When it wants to be woken, ms of this thread's clock. */
  get next(): number {
    if (this.#state === 'over') return Number.POSITIVE_INFINITY;
    return this.#state === 'draining' ? this.#graceEnds : Math.min(this.#run.executor.next, this.#loadEnds);
  }

  /** The clock of the whole run starts at `at`. */
  start(at: number): void {
    const { plan, profile } = this.#run;
    const startAt = at + plan.startTime * 1000;
    this.#state = 'running';
    this.#loadEnds = startAt + profile.reduce((sum, { seconds }) => sum + seconds, 0) * 1000;
    this.#run.start(startAt);
  }

  /** Does what is due. What was due before the end is begun even where this thread is late for it. */
  work(at: number): void {
    const { executor, plan } = this.#run;
    if (this.#state === 'running') {
      if (executor.next <= at) executor.wake(at);
      if (executor.finished) this.#end(at);
      else if (at >= this.#loadEnds) this.#drain(this.#loadEnds, this.#loadEnds + plan.gracefulStop * 1000);
    }
    if (this.#state !== 'draining') return;
    if (executor.active > 0 && at < this.#graceEnds) return;
    this.#run.abandon(at);
    executor.abandon();
    this.#end(at);
  }

  /** Ends the load early: what was due before is begun, then only replies are awaited, `grace` ms at most. */
  stop(at: number, grace: number): void {
    if (this.#state === 'over') return;
    const { executor } = this.#run;
    if (this.#state === 'running' && executor.next <= at) executor.wake(at);
    if (this.loading) this.#drain(at, at + grace);
    this.#graceEnds = Math.min(this.#graceEnds, at + grace);
    this.#run.stop(at);
  }

  #drain(at: number, until: number): void {
    this.#state = 'draining';
    this.#graceEnds = until;
    this.#run.engine.loadEnds();
    this.#run.executor.stop(at);
  }

  #end(at: number): void {
    this.#state = 'over';
    this.#run.engine.loadEnds();
    this.#run.executor.close(at);
  }
}
