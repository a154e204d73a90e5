import { expect, it } from 'vitest';
import {
  comparisonHead,
  comparisonRows,
  type Round,
  roundPieces,
  type Subject,
} from '../../../bench/support/comparison.ts';
import type { Measurement, ToolReport } from '../../../bench/support/measurement.ts';

const nothing: Measurement = { requestsPerSecond: 0, userMicros: 0, kernelMicros: 0, peakBytes: 0, report: null };

/** The report of a load generator with so many errors. */
const failed = (errors: number): ToolReport => ({ requests: 0, requestsPerSecond: 0, errors, latency: null });

/** Gives the measurements in order, one a call. */
function subject(name: string, measurements: readonly (Partial<Measurement> | null)[] = []): Subject {
  const left = [...measurements];
  return { name, transport: 'http', measure: async () => merged(left.shift()) };
}

const merged = (some: Partial<Measurement> | null = {}) => (some === null ? null : { ...nothing, ...some });

const options = { connections: [64], seconds: 1, rounds: 3, progress: () => {} };

async function measured(subjects: readonly Subject[], changes: Partial<typeof options> = {}): Promise<Round[]> {
  const rounds: Round[] = [];
  for (const piece of roundPieces('x', { ...options, ...changes }, (measure) => measure(subjects)))
    rounds.push(await piece.measure());
  return rounds;
}

it('compares with the first subject, round by round', async () => {
  const unit = subject('unit', [
    { requestsPerSecond: 1000, userMicros: 1, kernelMicros: 4 },
    { requestsPerSecond: 4000, userMicros: 1, kernelMicros: 1 },
    { requestsPerSecond: 2000, userMicros: 1, kernelMicros: 9 },
  ]);
  const other = subject('other', [
    { requestsPerSecond: 1100, userMicros: 2, kernelMicros: 8, peakBytes: 2 ** 20, report: failed(1) },
    { requestsPerSecond: 3600, userMicros: 4, kernelMicros: 4, peakBytes: 2 ** 30 },
    { requestsPerSecond: 1000, userMicros: 3, kernelMicros: 7, peakBytes: 2 ** 21, report: failed(2) },
  ]);
  const rows = comparisonRows(await measured([unit, other]));
  expect(rows.map((row) => row.length)).toEqual([comparisonHead.length, comparisonHead.length]);
  expect(rows[1]).toEqual([
    'other',
    'http',
    '64',
    '1 100 (1 000–3 600)',
    '0.90 (0.50–1.10)',
    '3.00',
    '7.00',
    '2.00 (1.00–4.00)',
    '1 % (1–3)',
    '2.00 MiB',
    '3',
  ]);
});

it('measures each number of connections by itself', async () => {
  const asked: number[] = [];
  const one: Subject = {
    ...subject('one'),
    measure: async (connections) => {
      asked.push(connections);
      return nothing;
    },
  };
  const rounds = await measured([one], { connections: [1, 1000], rounds: 2 });
  expect(asked).toEqual([1, 1, 1000, 1000]);
  expect(comparisonRows(rounds).map((row) => row[2])).toEqual(['1', '1000']);
});

it('gives pieces names that tell them apart', () => {
  const named = (changes: Partial<typeof options>) =>
    roundPieces('x', { ...options, ...changes }, (measure) => measure([])).map(({ name }) => name);
  const names = [...named({}), ...named({ seconds: 2 }), ...named({ connections: [1] })];
  expect(new Set(names).size).toBe(9);
});

it('takes the ratio of a subject that was not always there in its own rounds', async () => {
  const rounds = await measured(
    [
      subject('unit', [{ requestsPerSecond: 1 }, { requestsPerSecond: 8 }]),
      subject('other', [{ requestsPerSecond: 2 }]),
    ],
    { rounds: 2 },
  );
  const partly = [rounds[0], { ...rounds[1], rows: [rounds[1].rows[0]] }];
  expect(comparisonRows(partly)[1][4]).toBe('2.00 (2.00–2.00)');
});

it('leaves out rounds in which not all connections stood, and shows dashes where there was no other', async () => {
  const [one, two, three] = [1, 2, 4].map((requestsPerSecond) => ({ requestsPerSecond }));
  const unit = subject('unit', [one, null, two]);
  const some = subject('some', [null, three, three]);
  const none = subject('none', [null, null, null]);
  const [, partly, never] = comparisonRows(await measured([unit, some, none]));
  expect(partly.slice(3, 5)).toEqual(['4 (4–4)', '2.00 (2.00–2.00)']);
  expect(never.slice(3)).toEqual(comparisonHead.slice(3).map(() => '–'));
});
