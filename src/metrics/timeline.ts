import { intervalSums } from './collector.ts';
import { Total } from './distribution.ts';
import type { WorkerInterval } from './interval.ts';
import { type SeriesLayout, type StageQuantity, stageQuantities, timedRows } from './series.ts';

const quantities = stageQuantities.length;
const receiveLag = stageQuantities.indexOf('receiveLag');

/** One interval of all workers together. Latencies in µs. */
export interface TimelineRow {
  readonly sequence: number;
  readonly seconds: number;
  readonly planned: number;
  readonly sent: number;
  /** Replies of any kind. */
  readonly completed: number;
  readonly ok: number;
  readonly errors: number;
  readonly vus: number;
  readonly connections: number;
  /** Connections opened in the interval. */
  readonly opened: number;
  readonly inFlight: number;
  /** ∫ in flight dt, exchange × ms. */
  readonly inFlightMillis: number;
  readonly eventLoopUtilization: number;
  readonly cpuMicros: number;
  /** Of all workers; null = not known on this system. */
  readonly cpuWaitMillis: number | null;
  /** Of all workers; the longest and the silence of one. */
  readonly stallMillis: number;
  readonly longestStallMillis: number;
  /** When that one began, seconds of the run. */
  readonly longestStallAt: number;
  readonly silenceMillis: number;
  readonly responseTime: Total;
  readonly censoredResponseTime: Total;
  readonly targetTime: Total;
  readonly generatorLag: Total;
  readonly receiveLag: Total;
}

/** What would make the rows of a long run heavy. */
export type TimelineTotals = 'responseTime' | 'censoredResponseTime' | 'targetTime' | 'generatorLag' | 'receiveLag';

/** Puts the workers' intervals together by sequence number: a row is whole when every worker has sent its part. */
export class TimelineBuilder {
  readonly #workers: number;
  /** Stage series of the rows whose times are shown. */
  readonly #timed: ReadonlySet<number>;
  /** Numbers below are those of rows. */
  readonly #stageSeries: number;
  readonly #open = new Map<number, WorkerInterval[]>();
  readonly #totals: Readonly<Record<TimelineTotals, Total>> = {
    responseTime: new Total(),
    censoredResponseTime: new Total(),
    targetTime: new Total(),
    generatorLag: new Total(),
    receiveLag: new Total(),
  };

  constructor(workers: number, layout: SeriesLayout) {
    this.#workers = workers;
    const rows = timedRows(layout, [...layout.rows.keys()]);
    this.#timed = new Set(rows.flatMap((row) => stageQuantities.map((_, i) => row * quantities + i)));
    this.#stageSeries = layout.rows.length * quantities;
  }

  /** The row that this interval completes, if it does; its histograms are written over by the next. */
  add(interval: WorkerInterval): TimelineRow | undefined {
    const parts = this.#open.get(interval.sequence) ?? [];
    this.#open.set(interval.sequence, parts);
    parts.push(interval);
    if (parts.length < this.#workers) return undefined;
    this.#open.delete(interval.sequence);
    return this.#row(parts);
  }

  /** Rows that some workers never completed, in order; the histograms of each are written over by the next. */
  *rest(): Generator<TimelineRow> {
    for (const [, parts] of [...this.#open].sort(([a], [b]) => a - b)) yield this.#row(parts);
  }

  #row(parts: readonly WorkerInterval[]): TimelineRow {
    const sums = parts.map(({ snapshot }) => intervalSums(snapshot));
    const stalled = parts.reduce((most, part) => (stallOf(part) > stallOf(most) ? part : most));
    const add = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
    return {
      sequence: parts[0].sequence,
      seconds: Math.max(...parts.map(({ to }) => to)) / 1000,
      planned: add(sums.map(({ planned }) => planned)),
      sent: add(sums.map(({ sent }) => sent)),
      completed: add(sums.map(({ completed }) => completed)),
      ok: add(sums.map(({ ok }) => ok)),
      errors: add(sums.map(({ errors }) => errors)),
      vus: add(parts.map(({ vus }) => vus)),
      connections: add(parts.map(({ connections }) => connections)),
      opened: add(parts.map(({ snapshot }) => snapshot.counters.opened)),
      inFlight: add(parts.map(({ inFlight }) => inFlight)),
      inFlightMillis: add(parts.map(({ snapshot }) => snapshot.counters.inFlightMillis)),
      eventLoopUtilization: Math.max(...parts.map(({ eventLoopUtilization }) => eventLoopUtilization)),
      cpuMicros: add(parts.map(({ cpuMicros }) => cpuMicros)),
      cpuWaitMillis: known(parts.map(({ cpuWaitMillis }) => cpuWaitMillis)),
      stallMillis: add(parts.map(({ snapshot }) => snapshot.counters.stallMillis)),
      longestStallMillis: stallOf(stalled),
      longestStallAt: stalled.longestStallAt / 1000,
      silenceMillis: Math.max(...parts.map(({ snapshot }) => snapshot.counters.silenceMillis)),
      responseTime: this.#ofStages('responseTime', parts),
      censoredResponseTime: this.#ofStages('censoredResponseTime', parts),
      targetTime: this.#ofStages('targetTime', parts),
      generatorLag: this.#ofStages('generatorLag', parts),
      receiveLag: this.#total(
        'receiveLag',
        parts,
        (series) => series % quantities === receiveLag && series < this.#stageSeries,
      ),
    };
  }

  #ofStages(quantity: TimelineTotals & StageQuantity, parts: readonly WorkerInterval[]): Total {
    const wanted = stageQuantities.indexOf(quantity);
    return this.#total(quantity, parts, (series) => series % quantities === wanted && this.#timed.has(series));
  }

  #total(name: TimelineTotals, parts: readonly WorkerInterval[], belongs: (series: number) => boolean): Total {
    const total = this.#totals[name];
    total.clear();
    for (const { snapshot } of parts)
      for (const { series, counts } of snapshot.histograms) if (belongs(series)) total.add(counts);
    return total;
  }
}

/** The sum, where every part is known. */
function known(values: readonly (number | null)[]): number | null {
  return values.reduce((sum, value) => (sum === null || value === null ? null : sum + value), 0);
}

function stallOf({ snapshot }: WorkerInterval): number {
  return snapshot.counters.longestStallMillis;
}
