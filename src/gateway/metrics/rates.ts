import { type Counters, mergedValue } from '../counters.ts';
import type { Gauges } from './gauges.ts';
import { type SourceName, sources } from './sources.ts';

/** Rates are those of so long, in ms, and read so often. */
const windowMillis = 10_000;
const tickMillis = 1_000;

/** Totals since the start of the process. */
interface Totals {
  readonly millis: number;
  readonly requests: number;
  readonly messages: number;
  readonly bytes: number;
  readonly replies: number;
  readonly errors: number;
  readonly timeouts: number;
  readonly cpuMicros: number;
}

export interface RateReadings {
  /** A clock, in ms. */
  now(): number;
  /** Processor time of this process since its start, in µs. */
  cpuMicros(): number;
}

/** Rates over the last 10 s, or since the start where that is less ago. */
export class Rates {
  readonly #threads: readonly Counters[];
  readonly #readings: RateReadings;
  /** Oldest first. */
  readonly #past: Totals[];
  #timer: NodeJS.Timeout | undefined;

  constructor(threads: readonly Counters[], readings: RateReadings) {
    this.#threads = threads;
    this.#readings = readings;
    this.#past = [this.#totals()];
  }

  start(): void {
    this.#timer ??= setInterval(() => this.tick(), tickMillis).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Remembers where things stand, and forgets what is longer ago than the window. */
  tick(): void {
    const now = this.#totals();
    this.#past.push(now);
    while (this.#past.length > 1 && now.millis - this.#past[1].millis >= windowMillis) this.#past.shift();
  }

  read(): Omit<Gauges, 'memoryBytes' | 'goroutines'> {
    const [from] = this.#past;
    const to = this.#totals();
    const seconds = Math.max(to.millis - from.millis, 1) / 1000;
    const share = (part: number): number => part / Math.max(to.replies - from.replies, 1);
    return {
      requestsPerSecond: (to.requests - from.requests) / seconds,
      messagesPerSecond: (to.messages - from.messages) / seconds,
      bytesPerSecond: (to.bytes - from.bytes) / seconds,
      errorRate: share(to.errors - from.errors),
      timeoutRate: share(to.timeouts - from.timeouts),
      cpuPercent: (to.cpuMicros - from.cpuMicros) / seconds / 10_000,
    };
  }

  #totals(): Totals {
    const errors = this.#sum('errors');
    return {
      millis: this.#readings.now(),
      requests: this.#sum('requests'),
      messages: this.#sum('messages'),
      bytes: this.#sum('bytes'),
      // An error that answers no request, such as invalid JSON, is a reply all the same.
      replies: this.#sum('durations', ({ status }) => status === 'success') + errors,
      errors,
      timeouts: this.#sum('errors', ({ reason }) => reason === 'timeout'),
      cpuMicros: this.#readings.cpuMicros(),
    };
  }

  #sum(source: SourceName, counts: (labels: Readonly<Record<string, string>>) => boolean = () => true): number {
    const { series } = sources[source];
    return series.reduce((total, own, at) => (counts(own) ? total + mergedValue(this.#threads, source, at) : total), 0);
  }
}
