import { eras, methods, type Transport, transports } from '../wire/mcp.ts';
import {
  type ErrorReason,
  errorReasons,
  type FailureReason,
  failureReasons,
  latencyBuckets,
  type Metric,
  type MetricName,
  metrics,
} from './metrics.ts';

/** Per series of a histogram: one cell a bucket, one for values above all of them, the sum. */
const histogramCells = latencyBuckets.length + 2;

/**
 * One worker's counters in shared memory: only that worker writes, main reads at scrape. A request costs a few additions
 * here and nothing else.
 */
export class Counters {
  /** By metric: one cell a series, or `histogramCells`. Gauges of the worker are as they were at the last sweep. */
  readonly cells: Readonly<Record<MetricName, Float64Array>>;

  constructor(memory: SharedArrayBuffer) {
    let offset = 0;
    const views = Object.entries(metrics).map(([name, metric]) => {
      const view = new Float64Array(memory, offset, cellsOf(metric));
      offset += view.byteLength;
      return [name, view];
    });
    this.cells = Object.fromEntries(views) as Record<MetricName, Float64Array>;
  }

  static allocate(): SharedArrayBuffer {
    const cells = Object.values(metrics).reduce((total, metric) => total + cellsOf(metric), 0);
    return new SharedArrayBuffer(cells * Float64Array.BYTES_PER_ELEMENT);
  }

  /** `index`: `seriesOf` the transport and era, plus the method's index. */
  received(index: number): void {
    this.cells.requests[index]++;
  }

  /** A final reply left `millis` after its request was parsed; `backendMillis` of them passed at the backend. */
  answered(index: number, millis: number, backendMillis: number): void {
    observe(this.cells.durations, index, millis / 1000);
    observe(this.cells.backend, 0, backendMillis / 1000);
  }

  error(transport: Transport, reason: ErrorReason): void {
    this.cells.errors[transports.indexOf(transport) * errorReasons.length + errorReasons.indexOf(reason)]++;
  }

  failure(transport: Transport, reason: FailureReason): void {
    this.cells.failures[transports.indexOf(transport) * failureReasons.length + failureReasons.indexOf(reason)]++;
  }

  /** A connection became usable `millis` after it was accepted. */
  established(transport: Transport, millis: number): void {
    observe(this.cells.establishments, transports.indexOf(transport), millis / 1000);
  }

  connected(transport: Transport, change: 1 | -1): void {
    this.cells.connections[transports.indexOf(transport)] += change;
  }

  setGauge(name: 'inFlight' | 'sessions' | 'lateReplies', value: number): void {
    this.cells[name][0] = value;
  }
}

/** First series of a transport and era in the metrics by method; add the method's index. */
export function seriesOf(transport: number, era: number): number {
  return (transport * eras.length + era) * methods.length;
}

/** The value of a series that is no histogram, of all workers together. */
export function mergedValue(workers: readonly Counters[], name: MetricName, series: number): number {
  const { largest }: Metric = metrics[name];
  const values = workers.map(({ cells }) => cells[name][series]);
  return largest ? Math.max(...values) : values.reduce((total, value) => total + value, 0);
}

export interface HistogramView {
  /** Values in each bucket, not cumulated; the last one is above all bounds. */
  readonly counts: readonly number[];
  readonly sum: number;
}

/** The same of a histogram. */
export function mergedHistogram(workers: readonly Counters[], name: MetricName, series: number): HistogramView {
  const merged = new Array<number>(histogramCells).fill(0);
  for (const { cells } of workers)
    for (let cell = 0; cell < histogramCells; cell++) merged[cell] += cells[name][series * histogramCells + cell];
  return { counts: merged.slice(0, -1), sum: merged[histogramCells - 1] };
}

function cellsOf({ kind, series }: Metric): number {
  return series.length * (kind === 'histogram' ? histogramCells : 1);
}

function observe(histograms: Float64Array, index: number, seconds: number): void {
  let bucket = 0;
  while (bucket < latencyBuckets.length && seconds > latencyBuckets[bucket]) bucket++;
  const first = index * histogramCells;
  histograms[first + bucket]++;
  histograms[first + histogramCells - 1] += seconds;
}
