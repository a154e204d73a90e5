import { isCensored, Outcome, outcomeClasses } from '../wire/outcome.ts';
import { doubleZero } from './double-zero.ts';
import { Accumulator, type Counts } from './histogram.ts';
import { type RunQuantity, runQuantities, type SeriesLayout, type StageQuantity, stageQuantities } from './series.ts';

/** Plain counters of an interval; `correlation` and `connections` as in the result file. */
export interface IntervalCounters {
  outOfOrder: number;
  duplicate: number;
  unknownId: number;
  late: number;
  notifications: number;
  serverRequests: number;
  opened: number;
  failed: number;
  lost: number;
  /** Exchanges that met the end of a connection which had served before. */
  lostOnReuse: number;
  /** TLS handshakes that took up an earlier session. */
  resumed: number;
  bytesSent: number;
  bytesReceived: number;
  /** ∫ exchanges in flight dt over the interval, in exchange × ms. */
  inFlightMillis: number;
  inFlightMax: number;
  /** Gaps of at least 50 ms in which the worker was kept from running: all together, and the longest. */
  stallMillis: number;
  longestStallMillis: number;
  /** Longest time without a reply while requests were on the wire. */
  silenceMillis: number;
  /** Recorded of exchanges that were dropped, from release to end: they never were in flight. */
  droppedMillis: number;
  /** Of the measure phase, dropped because our own queue was full. */
  overflowed: number;
}

/** What is recorded between two swaps. Histograms by number: rows × stage quantities, then run quantities, then row × outcome. */
export interface Snapshot {
  readonly histograms: { readonly series: number; readonly counts: Counts }[];
  /** planned, sent per row. */
  readonly planned: Float64Array<ArrayBuffer>;
  readonly sent: Float64Array<ArrayBuffer>;
  /** `ok` replies by the row of the instant they came in: what throughput counts. */
  readonly delivered: Float64Array<ArrayBuffer>;
  /** row × outcome class. */
  readonly outcomes: Float64Array<ArrayBuffer>;
  /** check × (passed, failed). */
  readonly checks: Float64Array<ArrayBuffer>;
  /** JSON-RPC error codes and HTTP status codes: `row:code` → count. */
  readonly rpcErrors: Map<string, number>;
  readonly httpStatus: Map<string, number>;
  /** Attempts to connect that failed, by code. */
  readonly connectFailures: Map<string, number>;
  readonly counters: IntervalCounters;
}

const quantities = stageQuantities.length;
const offset = Object.fromEntries(stageQuantities.map((name, index) => [name, index])) as Record<StageQuantity, number>;
const classes = outcomeClasses.length;

/** Numbers of histograms: where a series of the layout is found. */
export function seriesNumbers(layout: SeriesLayout) {
  const runBase = layout.rows.length * quantities;
  const outcomeBase = runBase + runQuantities.length;
  return {
    stage: (row: number, quantity: number) => row * quantities + quantity,
    run: (quantity: RunQuantity) => runBase + runQuantities.indexOf(quantity),
    outcome: (row: number, outcome: number) => outcomeBase + row * classes + outcome,
    total: outcomeBase + layout.rows.length * classes,
  };
}

/** Everything one worker counts. `swap` hands over what was recorded since the last call and starts afresh. */
export class Recorder {
  readonly #layout: SeriesLayout;
  readonly #numbers: ReturnType<typeof seriesNumbers>;
  readonly #histograms: (Accumulator | undefined)[];
  #snapshot: Snapshot;

  constructor(layout: SeriesLayout) {
    this.#layout = layout;
    this.#numbers = seriesNumbers(layout);
    this.#histograms = new Array(this.#numbers.total).fill(undefined);
    this.#snapshot = this.#empty();
  }

  get counters(): IntervalCounters {
    return this.#snapshot.counters;
  }

  planned(row: number): void {
    this.#snapshot.planned[row] += 1;
  }

  sent(row: number): void {
    this.#snapshot.sent[row] += 1;
  }

  /** An `ok` reply came in at an instant of this row. */
  delivered(row: number): void {
    this.#snapshot.delivered[row] += 1;
  }

  /** A reply that met its step's expectation. Instants in ms of one clock. */
  ok(row: number, planned: number, released: number, sent: number, received: number): void {
    this.#snapshot.outcomes[row * classes] += 1;
    const base = row * quantities;
    this.#times(base, planned, released, sent, received);
    this.#at(base + 3).recordMillis(released - planned);
  }

  /** Any other end. `sent` 0: never written. */
  failed(row: number, outcome: Outcome, planned: number, released: number, sent: number, ended: number): void {
    this.#snapshot.outcomes[row * classes + outcome] += 1;
    const age = Math.max(0, ended - planned);
    this.#at(this.#numbers.outcome(row, outcome)).recordMillis(age);
    const base = row * quantities;
    this.#at(base + 3).recordMillis(released - planned);
    if (outcome === Outcome.dropped) this.counters.droppedMillis += age - (released - planned);
    if (!isCensored(outcome)) return;
    this.#times(base, planned, released, sent, ended);
    this.#times(base + 4, planned, released, sent, ended);
  }

  /** An exchange was sent so long after its release. `limited`: one of our own limits kept it. */
  waited(row: number, milliseconds: number, limited: boolean): void {
    this.#at(row * quantities + (limited ? offset.limitWait : offset.targetWait)).recordMillis(milliseconds);
  }

  /** An exchange ended so long after its release without having been sent. */
  gaveUpWaiting(row: number, milliseconds: number, limited: boolean): void {
    this.waited(row, milliseconds, limited);
    if (!limited) this.#at(row * quantities + offset.censoredTargetWait).recordMillis(milliseconds);
  }

  /** The reply did not come in one piece: first byte and, in an event stream (else 0), first event. `whole`: it did come to its end. */
  inParts(row: number, sent: number, firstByte: number, firstEvent: number, ended: number, whole: boolean): void {
    const base = row * quantities;
    this.#at(base + offset.partedServiceTime).recordMillis(ended - sent);
    if (!whole) this.#at(base + offset.censoredPartedServiceTime).recordMillis(ended - sent);
    this.#at(base + offset.partedFirstByte).recordMillis(firstByte - sent);
    if (firstEvent > 0) this.#at(base + offset.firstEvent).recordMillis(firstEvent - sent);
  }

  /** A reply was taken up so long after it may have come in. */
  receiveLag(row: number, milliseconds: number): void {
    this.#at(row * quantities + offset.receiveLag).recordMillis(milliseconds);
  }

  run(quantity: RunQuantity, milliseconds: number, times = 1): void {
    this.#at(this.#numbers.run(quantity)).recordMillis(milliseconds, times);
  }

  check(index: number, passed: boolean): void {
    this.#snapshot.checks[index * 2 + (passed ? 0 : 1)] += 1;
  }

  rpcError(row: number, code: number): void {
    increment(this.#snapshot.rpcErrors, `${row}:${code}`);
  }

  httpStatus(row: number, status: number): void {
    increment(this.#snapshot.httpStatus, `${row}:${status}`);
  }

  connectFailed(code: string): void {
    this.counters.failed++;
    increment(this.#snapshot.connectFailures, code);
  }

  swap(): Snapshot {
    const filled = this.#snapshot;
    this.#histograms.forEach((recorded, series) => {
      if (recorded !== undefined && recorded.count > 0) filled.histograms.push({ series, counts: recorded.take() });
    });
    this.#snapshot = this.#empty();
    return filled;
  }

  /** Response, target and service time from series `first` on; what was never sent has no service time. */
  #times(first: number, planned: number, released: number, sent: number, ended: number): void {
    this.#at(first).recordMillis(ended - planned);
    this.#at(first + 1).recordMillis(ended - released);
    if (sent > 0) this.#at(first + 2).recordMillis(ended - sent);
  }

  #at(series: number): Accumulator {
    const known = this.#histograms[series];
    if (known !== undefined) return known;
    const created = new Accumulator();
    this.#histograms[series] = created;
    return created;
  }

  #empty(): Snapshot {
    const rows = this.#layout.rows.length;
    return {
      histograms: [],
      planned: new Float64Array(rows),
      sent: new Float64Array(rows),
      delivered: new Float64Array(rows),
      outcomes: new Float64Array(rows * classes),
      checks: new Float64Array(this.#layout.checks.length * 2),
      rpcErrors: new Map(),
      httpStatus: new Map(),
      connectFailures: new Map(),
      counters: noCounters(),
    };
  }
}

export function noCounters(): IntervalCounters {
  return {
    outOfOrder: 0,
    duplicate: 0,
    unknownId: 0,
    late: 0,
    notifications: 0,
    serverRequests: 0,
    opened: 0,
    failed: 0,
    lost: 0,
    lostOnReuse: 0,
    resumed: 0,
    bytesSent: 0,
    bytesReceived: 0,
    inFlightMillis: doubleZero,
    inFlightMax: 0,
    stallMillis: doubleZero,
    longestStallMillis: doubleZero,
    silenceMillis: doubleZero,
    droppedMillis: doubleZero,
    overflowed: 0,
  };
}

function increment(map: Map<string, number>, key: string): void {
  map.set(key, (map.get(key) ?? 0) + 1);
}
