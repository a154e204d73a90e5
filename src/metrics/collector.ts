import { isReply, Outcome, outcomeClasses } from '../wire/outcome.ts';
import { Total } from './distribution.ts';
import type { WorkerInterval } from './interval.ts';
import { type IntervalCounters, noCounters, type Snapshot, seriesNumbers } from './recorder.ts';
import type { SeriesLayout } from './series.ts';

const classes = outcomeClasses.length;
const nothing = new Total();

/** The run so far in the main thread: everything the workers' intervals add up to. */
export class Collector {
  readonly layout: SeriesLayout;
  readonly numbers: ReturnType<typeof seriesNumbers>;
  readonly planned: Float64Array;
  readonly sent: Float64Array;
  readonly delivered: Float64Array;
  readonly outcomes: Float64Array;
  readonly checks: Float64Array;
  readonly rpcErrors = new Map<string, number>();
  readonly httpStatus = new Map<string, number>();
  readonly connectFailures = new Map<string, number>();
  readonly counters: IntervalCounters;
  targetGone: string | undefined;
  /** By worker, of those to which the target had stopped answering when the load ended. */
  readonly silentForMillis: number[] = [];
  readonly #series: (Total | undefined)[];
  /** Most exchanges in flight by interval, added up over the workers, whose peaks need not have been at the same instant. */
  readonly #inFlightMax = new Map<number, number>();

  constructor(layout: SeriesLayout) {
    const rows = layout.rows.length;
    this.layout = layout;
    this.numbers = seriesNumbers(layout);
    this.#series = new Array(this.numbers.total).fill(undefined);
    this.planned = new Float64Array(rows);
    this.sent = new Float64Array(rows);
    this.delivered = new Float64Array(rows);
    this.outcomes = new Float64Array(rows * classes);
    this.checks = new Float64Array(layout.checks.length * 2);
    this.counters = noCounters();
  }

  add({ sequence, snapshot, targetGone, silentForMillis }: WorkerInterval): void {
    this.targetGone ??= targetGone;
    if (silentForMillis !== undefined) this.silentForMillis.push(silentForMillis);
    addTo(this.planned, snapshot.planned);
    addTo(this.sent, snapshot.sent);
    addTo(this.delivered, snapshot.delivered);
    addTo(this.outcomes, snapshot.outcomes);
    addTo(this.checks, snapshot.checks);
    addCounts(this.rpcErrors, snapshot.rpcErrors);
    addCounts(this.httpStatus, snapshot.httpStatus);
    addCounts(this.connectFailures, snapshot.connectFailures);
    const inFlight = (this.#inFlightMax.get(sequence) ?? 0) + snapshot.counters.inFlightMax;
    this.#inFlightMax.set(sequence, inFlight);
    addCounters(this.counters, { ...snapshot.counters, inFlightMax: inFlight });
    for (const { series, counts } of snapshot.histograms) {
      const total = this.#series[series] ?? new Total();
      this.#series[series] = total;
      total.add(counts);
    }
  }

  /** One series, empty when nothing was recorded; to be read only. */
  series(number: number): Total {
    return this.#series[number] ?? nothing;
  }
}

/** Sums that are needed of a single interval, for the live lines and the timeline. `completed`: with a reply of any kind. */
export interface IntervalSums {
  readonly planned: number;
  readonly sent: number;
  readonly completed: number;
  readonly ok: number;
  readonly errors: number;
}

export function intervalSums({ planned, sent, outcomes }: Snapshot): IntervalSums {
  let [completed, ok, ended] = [0, 0, 0];
  outcomes.forEach((count, i) => {
    const outcome = i % classes;
    ended += count;
    if (isReply(outcome)) completed += count;
    if (outcome === Outcome.ok) ok += count;
  });
  return { planned: sum(planned), sent: sum(sent), completed, ok, errors: ended - ok };
}

const maxima: ReadonlySet<keyof IntervalCounters> = new Set(['inFlightMax', 'longestStallMillis', 'silenceMillis']);

function addCounters(into: IntervalCounters, from: IntervalCounters): void {
  for (const key of Object.keys(into) as (keyof IntervalCounters)[])
    into[key] = maxima.has(key) ? Math.max(into[key], from[key]) : into[key] + from[key];
}

function addCounts(into: Map<string, number>, from: ReadonlyMap<string, number>): void {
  for (const [key, count] of from) into.set(key, (into.get(key) ?? 0) + count);
}

function addTo(into: Float64Array, from: Float64Array): void {
  for (let i = 0; i < into.length; i++) into[i] += from[i];
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
