import { expect, it } from 'vitest';
import { bytesAt } from '../../../bench/support/growth.ts';

const samples = Array.from({ length: 100 }, (_, index) => ({ at: 1000 + 100 * index, value: index }));

it('takes the median of the two seconds before an instant after the first sample', () => {
  expect(bytesAt(samples, 5)).toBe(40.5);
});

it('refuses an instant after the end', () => {
  expect(() => bytesAt(samples, 60)).toThrow('no memory was read 60 s after the start');
});
