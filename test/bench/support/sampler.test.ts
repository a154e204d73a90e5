import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { sampleDuring, valueAt } from '../../../bench/support/sampler.ts';

const samples = [
  { at: 1000, value: 10 },
  { at: 1100, value: 30 },
  { at: 1300, value: 30 },
];
const same = (value: number) => value;

it.each([
  [1000, 10],
  [1025, 15],
  [1100, 30],
  [1200, 30],
  [900, 10],
  [1400, 30],
])('the value at %i is %i', (at, expected) => {
  expect(valueAt(samples, at, same)).toBe(expected);
});

it('samples until the work has ended, the beginning included', async () => {
  let reads = 0;
  const taken = await sampleDuring(sleep(50), 5, () => ++reads);
  expect(taken[0].value).toBe(1);
  expect(taken.length).toBeGreaterThan(1);
  expect(taken).toHaveLength(reads);
});

it('leaves out reads of a process that is gone, and nothing else', async () => {
  const gone = Object.assign(new Error('no such file'), { code: 'ENOENT' });
  const failWith = (error: Error) => () => {
    throw error;
  };
  expect(await sampleDuring(sleep(10), 2, failWith(gone))).toEqual([]);
  await expect(sampleDuring(sleep(10), 2, failWith(new Error('bug')))).rejects.toThrow('bug');
});
