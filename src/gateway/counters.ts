import { eras, methods, type Transport, transports } from '../wire/mcp.ts';

/** Upper bounds of the latency histograms, in seconds. */
export const latencyBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

/** Why an error was answered. `backend_error`: the backend's own, passed on. */
export const errorReasons = [
  'invalid_message',
  'backend_error',
  'unauthorized',
  'forbidden',
  'tooLarge',
  'overloaded',
  'backend',
  'timeout',
] as const;
export type ErrorReason = (typeof errorReasons)[number];

/** Why a connection was refused, or cut by the gateway. */
export const failureReasons = [
  'unauthorized',
  'forbidden',
  'overloaded',
  'timeout',
  'protocol',
  'slow_consumer',
] as const;
export type FailureReason = (typeof failureReasons)[number];

export const gaugeNames = ['inFlight', 'sessions', 'lateReplies'] as const;
export type GaugeName = (typeof gaugeNames)[number];

/** Per histogram: one cell a bucket, one for values above all of them, the sum. */
const cells = latencyBuckets.length + 2;
const series = transports.length * eras.length * methods.length;

/**
 * One worker's counters in shared memory: only that worker writes, main reads at scrape. A request costs a few additions
 * here and nothing else. Series are numbered transport × era × method, the method fastest.
 */
export class Counters {
  readonly requests: Float64Array;
  readonly durations: Float64Array;
  readonly backend: Float64Array;
  readonly establishments: Float64Array;
  readonly errors: Float64Array;
  readonly failures: Float64Array;
  readonly connections: Float64Array;
  /** As they were at the last sweep. */
  readonly gauges: Float64Array;

  constructor(memory: SharedArrayBuffer) {
    let offset = 0;
    const take = (length: number): Float64Array => {
      const view = new Float64Array(memory, offset, length);
      offset += view.byteLength;
      return view;
    };
    this.requests = take(series);
    this.durations = take(series * cells);
    this.backend = take(cells);
    this.establishments = take(transports.length * cells);
    this.errors = take(transports.length * errorReasons.length);
    this.failures = take(transports.length * failureReasons.length);
    this.connections = take(transports.length);
    this.gauges = take(gaugeNames.length);
  }

  static allocate(): SharedArrayBuffer {
    const numbers =
      series * (1 + cells) +
      cells * (1 + transports.length) +
      transports.length * (errorReasons.length + failureReasons.length + 1) +
      gaugeNames.length;
    return new SharedArrayBuffer(numbers * Float64Array.BYTES_PER_ELEMENT);
  }

  /** A final reply left `millis` after its request was parsed; `backendMillis` of them passed at the backend. */
  answered(index: number, millis: number, backendMillis: number): void {
    observe(this.durations, index, millis / 1000);
    observe(this.backend, 0, backendMillis / 1000);
  }

  error(transport: Transport, reason: ErrorReason): void {
    this.errors[transports.indexOf(transport) * errorReasons.length + errorReasons.indexOf(reason)]++;
  }

  failure(transport: Transport, reason: FailureReason): void {
    this.failures[transports.indexOf(transport) * failureReasons.length + failureReasons.indexOf(reason)]++;
  }

  /** A connection became usable `millis` after it was accepted. */
  established(transport: Transport, millis: number): void {
    observe(this.establishments, transports.indexOf(transport), millis / 1000);
  }

  connected(transport: Transport, change: 1 | -1): void {
    this.connections[transports.indexOf(transport)] += change;
  }

  setGauge(name: GaugeName, value: number): void {
    this.gauges[gaugeNames.indexOf(name)] = value;
  }
}

/** First series of a transport and era; add the method's index. */
export function seriesOf(transport: number, era: number): number {
  return (transport * eras.length + era) * methods.length;
}

export interface HistogramView {
  /** Values in each bucket, not cumulated; the last one is above all bounds. */
  readonly counts: readonly number[];
  readonly sum: number;
}

/** Histogram `index` of several workers, added up. */
export function mergeHistogram(parts: readonly Float64Array[], index: number): HistogramView {
  const merged = new Array<number>(cells).fill(0);
  for (const part of parts) for (let cell = 0; cell < cells; cell++) merged[cell] += part[index * cells + cell];
  return { counts: merged.slice(0, -1), sum: merged[cells - 1] };
}

function observe(histograms: Float64Array, index: number, seconds: number): void {
  let bucket = 0;
  while (bucket < latencyBuckets.length && seconds > latencyBuckets[bucket]) bucket++;
  const first = index * cells;
  histograms[first + bucket]++;
  histograms[first + cells - 1] += seconds;
}
