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

/** Columns of response time, in their order. */
const times = [
  ['p50', 0.5],
  ['p99', 0.99],
  ['max', 1],
] as const;
type TimeColumn = (typeof times)[number][0];

/**
 * Column `t` is seconds from the start of the run; latencies are response times of the interval in µs, null where there
 * are too few samples.
 */
export interface Timeline {
  readonly intervalSeconds: number;
  readonly columns: typeof timelineColumns;
  readonly rows: readonly (readonly (number | null)[])[];
  /** By column: the numbers, from 0, of the rows in which it is known only from below; absent without any. */
  readonly lowerBounds?: Readonly<Partial<Record<TimeColumn, readonly number[]>>>;
}

const mostRows = 3600;

/** Rows as the result file keeps them: every `intervalSeconds` of the run one, at most 3,600. */
export class TimelineTable {
  readonly #every: number;
  readonly #rows: (number | null)[][] = [];
  /** Of the pending rows, whose own are written over. */
  readonly #responseTime = new Total();
  readonly #censored = new Total();
  readonly #lag = new Total();
  readonly #lowerBounds: Partial<Record<TimeColumn, number[]>> = {};
  #pending: { row: TimelineRow; steal: number | null }[] = [];

  constructor(plannedSeconds: number) {
    this.#every = Math.max(1, Math.ceil(plannedSeconds / mostRows));
  }

  /** `steal`: share of the interval, null where unknown. */
  add(row: TimelineRow, steal: number | null): void {
    if (row.sequence < 0) return;
    this.#pending.push({ row, steal });
    this.#responseTime.merge(row.responseTime);
    this.#censored.merge(row.censoredResponseTime);
    this.#lag.merge(row.generatorLag);
    if (this.#pending.length === this.#every) this.#close();
  }

  build(): Timeline {
    if (this.#pending.length > 0) this.#close();
    return {
      intervalSeconds: this.#every,
      columns: timelineColumns,
      rows: this.#rows,
      ...(Object.keys(this.#lowerBounds).length > 0 ? { lowerBounds: this.#lowerBounds } : {}),
    };
  }

  #close(): void {
    if (this.#rows.length < mostRows) this.#addRow();
    this.#pending = [];
    this.#responseTime.clear();
    this.#censored.clear();
    this.#lag.clear();
  }

  #addRow(): void {
    const parts = this.#pending.map(({ row }) => row);
    const last = parts[parts.length - 1];
    const add = (key: 'planned' | 'sent' | 'completed' | 'errors') => parts.reduce((sum, part) => sum + part[key], 0);
    this.#rows.push([
      Math.round(last.seconds * 1000) / 1000,
      add('planned'),
      add('sent'),
      add('completed'),
      add('errors'),
      last.inFlight,
      last.connections,
      ...this.#times(),
      this.#lag.told(0.99),
      Math.max(...parts.map((part) => part.eventLoopUtilization)),
      this.#pending[this.#pending.length - 1].steal,
    ]);
  }

  #times(): (number | null)[] {
    return times.map(([column, p]) => {
      const value = this.#responseTime.told(p);
      if (value !== null && this.#responseTime.isLowerBound(p, this.#censored)) this.#isLowerBound(column);
      return value;
    });
  }

  /** In the row that comes next. */
  #isLowerBound(column: TimeColumn): void {
    const rows = this.#lowerBounds[column] ?? [];
    rows.push(this.#rows.length);
    this.#lowerBounds[column] = rows;
  }
}
