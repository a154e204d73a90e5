import { expect, it } from 'vitest';
import { compareInRounds, comparisonHead, type Measurement, type Subject } from '../../../bench/support/comparison.ts';

/** Gives the measurements in order, one a call. */
function subject(name: string, measurements: readonly Partial<Measurement>[]): Subject {
  const left = [...measurements];
  const zero = { requestsPerSecond: 0, userMicros: 0, kernelMicros: 0, errors: 0 };
  return { name, transport: 'http', measure: async () => ({ ...zero, ...left.shift() }) };
}

it('compares with the first subject, round by round', async () => {
  const unit = subject('unit', [
    { requestsPerSecond: 1000, userMicros: 1, kernelMicros: 4 },
    { requestsPerSecond: 2000, userMicros: 1, kernelMicros: 9 },
    { requestsPerSecond: 4000, userMicros: 1, kernelMicros: 1 },
  ]);
  const other = subject('other', [
    { requestsPerSecond: 1100, userMicros: 2, kernelMicros: 8, errors: 1 },
    { requestsPerSecond: 1000, userMicros: 3, kernelMicros: 7, errors: 2 },
    { requestsPerSecond: 3600, userMicros: 4, kernelMicros: 4 },
  ]);
  const rows = await compareInRounds([unit, other], { connections: [64], rounds: 3, progress: () => {} });
  expect(rows[1]).toHaveLength(comparisonHead.length);
  expect(rows[1].slice(2).map((cell) => cell.replaceAll(' ', ' '))).toEqual([
    '64',
    '1 100 (1 000–3 600)',
    '0.90 (0.50–1.10)',
    '3.00',
    '7.00',
    '2.00 (1.00–4.00)',
    '1 % (1–3)',
    '3',
  ]);
});
