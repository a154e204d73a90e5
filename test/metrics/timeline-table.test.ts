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

/** The rows by column name. */
function built(table: TimelineTable) {
  const { intervalSeconds, columns, rows } = table.build();
  expect(columns).toBe(timelineColumns);
  return { intervalSeconds, rows: rows.map((cells) => Object.fromEntries(columns.map((name, i) => [name, cells[i]]))) };
}

describe('TimelineTable', () => {
  it('keeps a row a second', () => {
    const table = new TimelineTable(3);
    table.add(row(-1), 0);
    table.add(row(0, { responseTime: totalOfValues([100, 200, 300]), generatorLag: totalOfValues([7]) }), 0.25);
    table.add(row(1), null);
    const counts = { planned: 1, sent: 2, completed: 3, errors: 4, inFlight: 7, connections: 6, elu: 0.5 };
    expect(built(table)).toEqual({
      intervalSeconds: 1,
      rows: [
        { t: 1, ...counts, p50: 200, p99: 300, max: 300, lagP99: 7, steal: 0.25 },
        { t: 2, ...counts, p50: null, p99: null, max: null, lagP99: null, steal: null },
      ],
    });
  });

  it('puts seconds together in a run of more than an hour: sums, last levels, merged times', () => {
    const table = new TimelineTable(7000);
    table.add(row(0, { connections: 1, eventLoopUtilization: 0.9, responseTime: totalOfValues([10, 10]) }), 0.1);
    table.add(row(1, { connections: 2, responseTime: totalOfValues([90]) }), 0.2);
    table.add(row(2, { planned: 5 }), 0.3);
    const { intervalSeconds, rows } = built(table);
    expect(intervalSeconds).toBe(2);
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatchObject({ t: 2, planned: 2, completed: 6, connections: 2, p50: 10, max: 90, elu: 0.9 });
    expect(rows[1]).toMatchObject({ t: 3, planned: 5 });
  });

  it('never has more than 3,600 rows', () => {
    const table = new TimelineTable(3600);
    for (let sequence = 0; sequence < 3700; sequence++) table.add(row(sequence), null);
    expect(built(table).rows).toHaveLength(3600);
  });
});
