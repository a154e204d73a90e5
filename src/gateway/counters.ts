import type { MessageKind } from '../wire/jsonrpc.ts';
import { eras, methods, type Transport, transports } from '../wire/mcp.ts';
import { type Cause, causes, type ErrorReason, errorReasons } from './metrics/reasons.ts';
import {
  directions,
  frameTypes,
  latencyBuckets,
  messageKinds,
  type Source,
  type SourceName,
  sources,
} from './metrics/sources.ts';

/** Per series of a histogram: one cell a bucket, one for values above all of them, the sum. */
const histogramCells = latencyBuckets.length + 2;

const transportIndex = indexOf(transports);
const inbound = directions.indexOf('inbound');
const outbound = directions.indexOf('outbound');
const request = messageKinds.indexOf('request');
const response = messageKinds.indexOf('response');

/**
 * One thread's counters in shared memory: only that thread writes, main reads at scrape. A request costs a few additions
 * here and nothing else.
 */
export class Counters {
  /** By source: one cell a series, or `histogramCells`. Gauges of a worker are as they were at the last sweep. */
  readonly cells: Readonly<Record<SourceName, Float64Array>>;

  /** Hears of every refusal, too. */
  onRefusal: ((transport: Transport, cause: Cause) => void) | undefined = undefined;

  constructor(memory: SharedArrayBuffer) {
    let offset = 0;
    const views = Object.entries(sources).map(([name, source]) => {
      const view = new Float64Array(memory, offset, cellsOf(source));
      offset += view.byteLength;
      return [name, view];
    });
    this.cells = Object.fromEntries(views) as Record<SourceName, Float64Array>;
  }

  static allocate(): SharedArrayBuffer {
    const cells = Object.values(sources).reduce((total, source) => total + cellsOf(source), 0);
    return new SharedArrayBuffer(cells * Float64Array.BYTES_PER_ELEMENT);
  }

  /** A request or notification. `index`: `seriesOf` the transport and era, plus the method's index. */
  received(index: number): void {
    this.cells.requests[index]++;
  }

  /** A final reply left `millis` after its request was parsed; `backendMillis` of them passed at the backend. */
  answered(index: number, millis: number, backendMillis: number): void {
    observe(this.cells.durations, index * 2, millis / 1000);
    observe(this.cells.backend, 0, backendMillis / 1000);
  }

  /** The same of an error. */
  failed(transport: Transport, index: number, reason: ErrorReason, millis: number, backendMillis: number): void {
    this.error(transport, reason);
    observe(this.cells.durations, index * 2 + 1, millis / 1000);
    observe(this.cells.errorDurations, errorReasons.indexOf(reason), millis / 1000);
    observe(this.cells.backend, 0, backendMillis / 1000);
  }

  /** An error is answered, also to what is no request. */
  error(transport: Transport, reason: ErrorReason): void {
    this.cells.errors[transportIndex[transport] * errorReasons.length + errorReasons.indexOf(reason)]++;
  }

  /** A connection is refused or cut. */
  failure(transport: Transport, cause: Cause): void {
    this.cells.failures[transportIndex[transport] * causes.length + causes.indexOf(cause)]++;
    this.onRefusal?.(transport, cause);
  }

  /** A request is refused; its connection may stay. */
  refused(transport: Transport, cause: Cause): void {
    this.cells.refusals[transportIndex[transport] * causes.length + causes.indexOf(cause)]++;
    this.onRefusal?.(transport, cause);
  }

  /** An error answers a message that no session is told of. */
  refusedMessage(transport: Transport, reason: ErrorReason, cause: Cause): void {
    this.error(transport, reason);
    this.refused(transport, cause);
  }

  /** A message of `bytes` bytes came in, without its framing. `transport`: its place among `transports`. */
  took(transport: number, kind: MessageKind, bytes: number): void {
    const direction = transport * directions.length + inbound;
    this.cells.messages[direction * messageKinds.length + indexOfKind(kind)]++;
    this.cells.bytes[direction] += bytes;
  }

  /** The same of one that went out. */
  sent(transport: number, kind: MessageKind, bytes: number): void {
    const direction = transport * directions.length + outbound;
    this.cells.messages[direction * messageKinds.length + indexOfKind(kind)]++;
    this.cells.bytes[direction] += bytes;
  }

  frameIn(type: number): void {
    this.cells.frames[frameIndex(type)]++;
  }

  frameOut(type: number): void {
    this.cells.frames[frameTypes.length + frameIndex(type)]++;
  }

  /** A connection became usable `millis` after it was accepted. */
  established(transport: Transport, millis: number): void {
    observe(this.cells.establishments, transportIndex[transport], millis / 1000);
  }

  accepted(transport: Transport): void {
    this.cells.accepted[transportIndex[transport]]++;
  }

  connected(transport: Transport, change: 1 | -1): void {
    this.cells.connections[transportIndex[transport]] += change;
  }

  /** A request that was sent once more has its reply; `whole`: no error. */
  recovered(whole: boolean): void {
    this.cells.recoveries[whole ? 1 : 0]++;
  }

  /** `kind`: its place among `collections`. */
  collected(kind: number, millis: number): void {
    observe(this.cells.collections, kind, millis / 1000);
  }

  /** Something is handed to another worker. */
  hopped(): void {
    this.cells.hops[0]++;
  }

  /** A reply came after its request was over. */
  late(): void {
    this.cells.lateReplies[0]++;
  }

  setGauge(name: 'inFlight' | 'sessions' | 'streams', value: number): void {
    this.cells[name][0] = value;
  }
}

/** First series of a transport and era in what is counted by method; add the method's index. */
export function seriesOf(transport: number, era: number): number {
  return (transport * eras.length + era) * methods.length;
}

/** The value of a series, of all threads together; of a histogram how many values it has. */
export function mergedValue(threads: readonly Counters[], name: SourceName, series: number): number {
  const { kind, largest }: Source = sources[name];
  if (kind === 'histogram')
    return mergedHistogram(threads, name, series).counts.reduce((total, count) => total + count);
  const values = threads.map(({ cells }) => cells[name][series]);
  return largest ? Math.max(...values) : values.reduce((total, value) => total + value, 0);
}

export interface HistogramView {
  /** Values in each bucket, not cumulated; the last one is above all bounds. */
  readonly counts: readonly number[];
  readonly sum: number;
}

/** The same of a histogram. */
export function mergedHistogram(threads: readonly Counters[], name: SourceName, series: number): HistogramView {
  const merged = new Array<number>(histogramCells).fill(0);
  for (const { cells } of threads)
    for (let cell = 0; cell < histogramCells; cell++) merged[cell] += cells[name][series * histogramCells + cell];
  return { counts: merged.slice(0, -1), sum: merged[histogramCells - 1] };
}

function cellsOf({ kind, series }: Source): number {
  return series.length * (kind === 'histogram' ? histogramCells : 1);
}

function observe(histograms: Float64Array, index: number, seconds: number): void {
  let bucket = 0;
  while (bucket < latencyBuckets.length && seconds > latencyBuckets[bucket]) bucket++;
  const first = index * histogramCells;
  histograms[first + bucket]++;
  histograms[first + histogramCells - 1] += seconds;
}

/** Comparisons take a tenth of the time of a look-up. */
function indexOfKind(kind: MessageKind): number {
  if (kind === 'request') return request;
  return kind === 'response' ? response : messageKinds.indexOf(kind);
}

function frameIndex(type: number): number {
  return type < frameTypes.length ? type : 0;
}

function indexOf<T extends string>(names: readonly T[]): Readonly<Record<T, number>> {
  return Object.fromEntries(names.map((name, index) => [name, index])) as Record<T, number>;
}
