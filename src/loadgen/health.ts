import { PerformanceObserver, performance } from 'node:perf_hooks';
import type { Recorder } from '../metrics/recorder.ts';

/**
 * Upper bound of our own lateness on the way back, per reply. A batch of events that a poll returns came in after the
 * previous poll had ended, else that one had returned it; and just now where the poll had to sleep for it; and never
 * before its request was sent. One turn of the event loop may poll many times while there is work: the counter of
 * finished events tells batches apart.
 */
export class ReceiveLag {
  readonly #recorder: Recorder;
  /** End of the latest poll that is known of. */
  #pollEnded = 0;
  #idle = 0;
  #events = 0;
  /** No reply came in since the last mark. */
  #quiet = true;
  #from = 0;

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  /** A callback begins that brings no data. `polled`: it follows a poll directly. */
  mark(now: number, polled: boolean): void {
    const idle = performance.nodeTiming.idleTime;
    if (idle > this.#idle || (polled && this.#quiet)) this.#pollEnded = now;
    this.#idle = idle;
    this.#quiet = true;
  }

  /** A reply is taken up at `now`, its request was sent at `sent`. */
  reply(now: number, sent: number): void {
    const { events } = performance.nodeTiming.uvMetricsInfo;
    if (this.#quiet || events !== this.#events) this.#batch(now, events);
    this.#recorder.run('receiveLag', now - Math.max(this.#from, sent));
  }

  /** The first reply of a batch: the poll that returned it has just ended. */
  #batch(now: number, events: number): void {
    const idle = performance.nodeTiming.idleTime;
    this.#from = idle > this.#idle ? now : this.#pollEnded;
    this.#pollEnded = now;
    this.#idle = idle;
    this.#events = events;
    this.#quiet = false;
  }
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
