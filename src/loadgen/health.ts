import { PerformanceObserver, performance } from 'node:perf_hooks';
import type { Accumulator } from '../metrics/histogram.ts';

const { nodeTiming } = performance;

/** A poll of the event loop that returned fewer events than this is not repeated within its turn (libuv). */
const mostEventsOfAPoll = 1024;

/**
 * Upper bound of our own lateness on the way back, per reply. A batch of events that a poll returns came in after the
 * previous poll had ended, else that one had returned it; and just now where the poll had to sleep for it; and never
 * before its request was sent. One turn of the event loop polls once, but again while polls return all the events they
 * can: from then on the counter of finished events tells the batches apart.
 */
export class ReceiveLag {
  readonly #lag: Accumulator;
  /** End of the latest poll that is known of. */
  #pollEnded = 0;
  #idle = 0;
  #events = 0;
  /** Replies of this turn so far. */
  #replies = 0;
  /** A turn with replies ended since the last mark. */
  #replied = false;
  #from = 0;

  constructor(lag: Accumulator) {
    this.#lag = lag;
  }

  /** A callback begins that brings no data. `polled`: it follows a poll directly. */
  mark(now: number, polled: boolean): void {
    const idle = nodeTiming.idleTime;
    if (idle > this.#idle || (polled && this.#replies === 0 && !this.#replied)) this.#pollEnded = now;
    this.#idle = idle;
    this.#replied = false;
  }

  /** A reply is taken up at `now`, its request was sent at `sent`. */
  reply(now: number, sent: number): void {
    if (this.#replies === 0) {
      setImmediate(this.#turnEnds);
      this.#batch(now, nodeTiming.uvMetricsInfo.events);
    } else if (this.#replies >= mostEventsOfAPoll) this.#perhapsBatch(now);
    this.#replies++;
    this.#lag.recordMillis(now - Math.max(this.#from, sent));
  }

  #perhapsBatch(now: number): void {
    const { events } = nodeTiming.uvMetricsInfo;
    if (events !== this.#events) this.#batch(now, events);
  }

  /** The first reply of a batch: the poll that returned it has just ended. */
  #batch(now: number, events: number): void {
    const idle = nodeTiming.idleTime;
    this.#from = idle > this.#idle ? now : this.#pollEnded;
    this.#pollEnded = now;
    this.#idle = idle;
    this.#events = events;
  }

  readonly #turnEnds = (): void => {
    this.#replies = 0;
    this.#replied = true;
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
