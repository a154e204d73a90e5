import { intervalSums } from './collector.ts';
import { Total } from './distribution.ts';
import type { WorkerInterval } from './interval.ts';
import { type SeriesLayout, stageQuantities, timedRows } from './series.ts';

const quantities = stageQuantities.length;

/** One interval of all workers together. Latencies in µs. */
export interface TimelineRow {
  readonly sequence: number;
  readonly seconds: number;
  readonly planned: number;
  readonly sent: number;
  readonly completed: number;
  readonly errors: number;
  readonly vus: number;
  readonly connections: number;
  readonly inFlight: number;
  /** ∫ in flight dt, exchange × ms. */
  readonly inFlightMillis: number;
  readonly eventLoopUtilization: number;
  readonly cpuMicros: number;
  readonly responseTime: Total;
  readonly generatorLag: Total;
}

/** Puts the workers' intervals together by sequence number: a row is whole when every worker has sent its part. */
export class TimelineBuilder {
  readonly #workers: number;
  /** Stage series of the rows whose times are shown. */
  readonly #timed: ReadonlySet<number>;
  readonly #open = new Map<number, WorkerInterval[]>();

  constructor(workers: number, layout: SeriesLayout) {
    this.#workers = workers;
    const rows = timedRows(layout, [...layout.rows.keys()]);
    this.#timed = new Set(rows.flatMap((row) => stageQuantities.map((_, i) => row * quantities + i)));
  }

  /** The row that this interval completes, if it does. */
  add(interval: WorkerInterval): TimelineRow | undefined {
    const parts = this.#open.get(interval.sequence) ?? [];
    this.#open.set(interval.sequence, parts);
    parts.push(interval);
    if (parts.length < this.#workers) return undefined;
    this.#open.delete(interval.sequence);
    return this.#row(parts);
  }

  /** Rows that some workers never completed, in order. */
  rest(): TimelineRow[] {
    return [...this.#open.values()].map((parts) => this.#row(parts)).sort((a, b) => a.sequence - b.sequence);
  }

  #row(parts: readonly WorkerInterval[]): TimelineRow {
    const sums = parts.map(({ snapshot }) => intervalSums(snapshot));
    const add = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
    return {
      sequence: parts[0].sequence,
      seconds: Math.max(...parts.map(({ to }) => to)) / 1000,
      planned: add(sums.map(({ planned }) => planned)),
      sent: add(sums.map(({ sent }) => sent)),
      completed: add(sums.map(({ ok }) => ok)),
      errors: add(sums.map(({ errors }) => errors)),
      vus: add(parts.map(({ vus }) => vus)),
      connections: add(parts.map(({ connections }) => connections)),
      inFlight: add(parts.map(({ inFlight }) => inFlight)),
      inFlightMillis: add(parts.map(({ snapshot }) => snapshot.counters.inFlightMillis)),
      eventLoopUtilization: Math.max(...parts.map(({ eventLoopUtilization }) => eventLoopUtilization)),
      cpuMicros: add(parts.map(({ cpuMicros }) => cpuMicros)),
      responseTime: this.#total(parts, 'responseTime'),
      generatorLag: this.#total(parts, 'generatorLag'),
    };
  }

  #total(parts: readonly WorkerInterval[], quantity: (typeof stageQuantities)[number]): Total {
    const wanted = stageQuantities.indexOf(quantity);
    const total = new Total();
    for (const { snapshot } of parts)
      for (const { series, counts } of snapshot.histograms)
        if (series % quantities === wanted && this.#timed.has(series)) total.add(counts);
    return total;
  }
}
