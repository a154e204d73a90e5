import { expect, it } from 'vitest';
import type { Round } from '../../../bench/support/comparison.ts';
import { agreementNote, notStoodNote } from '../../../bench/support/round-notes.ts';

/** A round in which the server counted 100 a second and the row's own report said something else. */
function round(name: string, own: number | null): Round {
  const report = { requests: 0, requestsPerSecond: own ?? 0, errors: 0, latency: null };
  const measured = { requestsPerSecond: 100, userMicros: 0, kernelMicros: 0, peakBytes: 0, report };
  return { connections: 64, rows: [{ name, transport: 'http', measured: own === null ? null : measured }] };
}

it("tells how far mcpb's own rate is from the server's count, and marks what is too far", () => {
  expect(agreementNote([round('mcpb', 99), round('mcpb', 102), round('wrk', 50)])).toEqual([
    "The rates in mcpb's own results were 0.990 to 1.020 times what the server counted.",
  ]);
  for (const own of [94, 106]) expect(agreementNote([round('mcpb', own)])[0]).toContain('**more than 5');
  expect(agreementNote([round('mcpb', null), round('wrk', 1)])).toEqual([]);
});

it('counts the rounds that are missing in a row', () => {
  expect(notStoodNote([round('k6', null), round('k6', 3), round('k6', null)])).toEqual([
    'Rounds left out because not all connections stood: k6 http 64 (2).',
  ]);
  expect(notStoodNote([round('k6', 3)])).toEqual([]);
});
