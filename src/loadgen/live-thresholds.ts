import type { Collector } from '../metrics/collector.ts';
import type { Plan } from '../scenario/plan.ts';
import { evaluate } from '../scenario/threshold-results.ts';
import type { Threshold } from '../scenario/thresholds.ts';
import type { Abort } from './abort.ts';
import { measuredSeconds, thresholdSource } from './threshold-source.ts';

/**
 * The thresholds that end a run when they break, looked at between the seconds of it in the main thread: over what the
 * workers have handed in of the measured load so far. Requests under way do not count yet, nor does what has too few
 * samples.
 */
export class LiveThresholds {
  readonly #plan: Plan;
  readonly #collector: Collector;
  readonly #deciding: readonly Threshold[];

  constructor(plan: Plan, collector: Collector) {
    this.#plan = plan;
    this.#collector = collector;
    this.#deciding = plan.thresholds.filter(({ abortAfter }) => abortAfter !== undefined);
  }

  /** The first that is broken `at` seconds after the start of the run. */
  brokenAt(at: number): Abort | undefined {
    const secondsOf = measuredSeconds(this.#plan, at);
    const due = this.#deciding.filter(({ selector, abortAfter = 0 }) => {
      const seconds = millisecondsIn(secondsOf(selector));
      return seconds > 0 && seconds >= millisecondsIn(abortAfter);
    });
    const broken = evaluate(due, thresholdSource(this.#collector, secondsOf)).find(
      ({ passed, noData }) => !passed && !noData,
    );
    return broken && { result: { ...broken, aborted: true }, seconds: secondsOf({}) };
  }
}

/** Intervals end on whole seconds give or take what adding up costs. */
function millisecondsIn(seconds: number): number {
  return Math.round(seconds * 1000);
}
