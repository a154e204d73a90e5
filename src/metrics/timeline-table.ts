import { Total } from './distribution.ts';
import type { TimelineRow } from './timeline.ts';

export const timelineColumns = [
  't',
  'planned',
  'sent',
  'completed',
  'errors',
  'inFlight',
  'connections',
  'p50',
  'p99',
  'max',
  'lagP99',
  'elu',
  'steal',
] as const;

/** Column `t` is seconds from the start of the run; latencies are response times of the interval in µs. */
export interface Timeline {
  readonly intervalSeconds: number;
  readonly columns: typeof timelineColumns;
  readonly rows: readonly (readonly (number | null)[])[];
}

const mostRows = 3600;

/** Rows as the result file keeps them: every `intervalSeconds` of the run one, at most 3,600. */
export class TimelineTable {
  readonly #every: number;
  readonly #rows: (number | null)[][] = [];
  /** Of the pending rows, whose own are written over. */
  readonly #responseTime = new Total();
  readonly #lag = new Total();
  #pending: { row: TimelineRow; steal: number | null }[] = [];

  constructor(plannedSeconds: number) {
    this.#every = Math.max(1, Math.ceil(plannedSeconds / mostRows));
  }

  /** `steal`: share of the interval, null where unknown. */
  add(row: TimelineRow, steal: number | null): void {
    if (row.sequence < 0) return;
    this.#pending.push({ row, steal });
    this.#responseTime.merge(row.responseTime);
    this.#lag.merge(row.generatorLag);
    if (this.#pending.length === this.#every) this.#close();
  }

  build(): Timeline {
    if (this.#pending.length > 0) this.#close();
    return { intervalSeconds: this.#every, columns: timelineColumns, rows: this.#rows.slice(0, mostRows) };
  }

  #close(): void {
    const parts = this.#pending.map(({ row }) => row);
    const last = parts[parts.length - 1];
    const responseTime = this.#responseTime;
    const lag = this.#lag;
    const add = (key: 'planned' | 'sent' | 'completed' | 'errors') => parts.reduce((sum, part) => sum + part[key], 0);
    this.#rows.push([
      Math.round(last.seconds * 1000) / 1000,
      add('planned'),
      add('sent'),
      add('completed'),
      add('errors'),
      last.inFlight,
      last.connections,
      responseTime.percentile(0.5) ?? null,
      responseTime.percentile(0.99) ?? null,
      responseTime.count > 0 ? responseTime.max : null,
      lag.percentile(0.99) ?? null,
      Math.max(...parts.map((part) => part.eventLoopUtilization)),
      this.#pending[this.#pending.length - 1].steal,
    ]);
    this.#pending = [];
    responseTime.clear();
    lag.clear();
  }
}
