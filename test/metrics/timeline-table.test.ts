import { describe, expect, it } from 'vitest';
import type { TimelineRow } from '../../src/metrics/timeline.ts';
import { TimelineTable, timelineColumns } from '../../src/metrics/timeline-table.ts';
import { totalOfValues } from '../support/measured.ts';

function row(sequence: number, changes: Partial<TimelineRow> = {}): TimelineRow {
  return {
    sequence,
    seconds: sequence + 1,
    planned: 1,
    sent: 2,
    completed: 3,
    ok: 1,
    errors: 4,
    vus: 5,
    opened: 0,
    connections: 6,
    inFlight: 7,
    inFlightMillis: 8,
    eventLoopUtilization: 0.5,
    cpuMicros: 9,
    cpuWaitMillis: 10,
    stallMillis: 11,
    longestStallMillis: 12,
    longestStallAt: 12.5,
    silenceMillis: 13,
    responseTime: totalOfValues([]),
    censoredResponseTime: totalOfValues([]),
    targetTime: totalOfValues([]),
    generatorLag: totalOfValues([]),
    receiveLag: totalOfValues([]),
    ...changes,
  };
}

const times = (count: number, value: number) => Array<number>(count).fill(value);
/** 1 to `count`. */
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

/** The rows by column name. */
function built(table: TimelineTable) {
  const { columns, rows, ...rest } = table.build();
  expect(columns).toBe(timelineColumns);
  return { ...rest, rows: rows.map((cells) => Object.fromEntries(columns.map((name, i) => [name, cells[i]]))) };
}

describe('TimelineTable', () => {
  it('keeps a row a second', () => {
    const table = new TimelineTable(3);
    table.add(row(-1), 0);
    const responses = totalOfValues(upTo(1000));
    table.add(row(0, { responseTime: responses, generatorLag: totalOfValues(times(1000, 7)) }), 0.25);
    table.add(row(1), null);
    const counts = { planned: 1, sent: 2, completed: 3, errors: 4, inFlight: 7, connections: 6, elu: 0.5 };
    expect(built(table)).toEqual({
      intervalSeconds: 1,
      rows: [
        { t: 1, ...counts, p50: 500, p99: 990, max: 1000, lagP99: 7, steal: 0.25 },
        { t: 2, ...counts, p50: null, p99: null, max: null, lagP99: null, steal: null },
      ],
    });
  });

  it('puts seconds together in a run of more than an hour: sums, last levels, merged times', () => {
    const table = new TimelineTable(7000);
    table.add(row(0, { connections: 1, eventLoopUtilization: 0.9, responseTime: totalOfValues(times(15, 10)) }), 0.1);
    table.add(row(1, { connections: 2, responseTime: totalOfValues(times(10, 90)) }), 0.2);
    table.add(row(2, { planned: 5 }), 0.3);
    const { intervalSeconds, rows } = built(table);
    expect(intervalSeconds).toBe(2);
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatchObject({ t: 2, planned: 2, completed: 6, connections: 2, p50: 10, max: 90, elu: 0.9 });
    expect(rows[1]).toMatchObject({ t: 3, planned: 5 });
  });

  it('tells no percentile by too few samples', () => {
    const table = new TimelineTable(3);
    const both = (count: number) => ({
      responseTime: totalOfValues(upTo(count)),
      generatorLag: totalOfValues(upTo(count)),
    });
    [19, 20, 999, 1000].forEach((count, sequence) => {
      table.add(row(sequence, both(count)), null);
    });
    expect(built(table).rows.map(({ p50, p99, max, lagP99 }) => [p50, p99, max, lagP99])).toEqual([
      [null, null, 19, null],
      [10, null, 20, null],
      [500, null, 999, null],
      [500, 990, 1000, 990],
    ]);
  });

  it('marks the rows in which a time is only a lower bound', () => {
    const table = new TimelineTable(3);
    const given = (all: readonly number[], censored: readonly number[]) => ({
      responseTime: totalOfValues([...all, ...censored]),
      censoredResponseTime: totalOfValues(censored),
    });
    table.add(row(0, given(times(1000, 10), [])), null);
    table.add(row(1, given(times(980, 10), times(20, 100))), null);
    table.add(row(2, given(times(9, 10), times(11, 100))), null);
    table.add(row(3, given(times(8, 10), times(11, 100))), null);
    const { rows, lowerBounds } = built(table);
    expect(rows.map(({ p50, p99, max }) => [p50, p99, max])).toEqual([
      [10, 10, 10],
      [10, 100, 100],
      [100, null, 100],
      [null, null, 100],
    ]);
    expect(lowerBounds).toEqual({ p50: [2], p99: [1], max: [1, 2, 3] });
  });

  it('puts the bounds of seconds together, too', () => {
    const table = new TimelineTable(7000);
    table.add(row(0, { responseTime: totalOfValues(times(15, 10)) }), null);
    const late = totalOfValues(times(16, 100));
    table.add(row(1, { responseTime: late, censoredResponseTime: late }), null);
    table.add(row(2, { responseTime: totalOfValues(times(20, 10)) }), null);
    const { rows, lowerBounds } = built(table);
    expect(rows.map(({ p50 }) => p50)).toEqual([100, 10]);
    expect(lowerBounds).toEqual({ p50: [0], max: [0] });
  });

  it('never has more than 3,600 rows', () => {
    const table = new TimelineTable(3600);
    for (let sequence = 0; sequence < 3700; sequence++) table.add(row(sequence), null);
    expect(built(table).rows).toHaveLength(3600);
  });
});
