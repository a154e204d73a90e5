import { PerformanceObserver, performance } from 'node:perf_hooks';
import type { Recorder } from '../metrics/recorder.ts';

/**
 * Upper bound of our own lateness on the way back, per reply. Data that a poll returns arrived after the previous poll
 * ended, else that one had returned it; and just now where the poll had to sleep for it. So the bound is 0 at the start
 * of a turn whose poll slept, else the time since the latest instant known to lie behind the previous poll.
 */
export class ReceiveLag {
  readonly #recorder: Recorder;
  #behindPoll = 0;
  #idle = 0;
  #inTurn = false;
  #from = 0;

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  /** A callback of the event loop begins, other than one that brings data. */
  mark(now: number): void {
    this.#behindPoll = now;
    this.#idle = performance.nodeTiming.idleTime;
  }

  reply(now: number): void {
    if (!this.#inTurn) this.#begin(now);
    this.#recorder.run('receiveLag', now - this.#from);
  }

  #begin(now: number): void {
    this.#inTurn = true;
    const slept = performance.nodeTiming.idleTime > this.#idle;
    this.#from = slept ? now : this.#behindPoll;
    this.mark(now);
    setImmediate(this.#end);
  }

  readonly #end = (): void => {
    this.#inTurn = false;
  };
}

export interface GcTotals {
  count: number;
  totalMillis: number;
  maxMillis: number;
}

/** Counts the garbage collections of this thread from now on. */
export function observeGc(): GcTotals {
  const totals: GcTotals = { count: 0, totalMillis: 0, maxMillis: 0 };
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      totals.count++;
      totals.totalMillis += duration;
      totals.maxMillis = Math.max(totals.maxMillis, duration);
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  return totals;
}
