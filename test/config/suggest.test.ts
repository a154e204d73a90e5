import { expect, test } from 'vitest';
import { didYouMean, nearest } from '../../src/config/suggest.ts';

const words = ['transport', 'target', 'duration', 'vus'];

test.each([
  ['trasport', 'transport'],
  ['Transport', 'transport'],
  ['tagret', 'target'],
  ['vsu', 'vus'],
  ['durations', 'duration'],
  ['banana', undefined],
  ['vu', 'vus'],
])('%s → %s', (word, expected) => {
  expect(nearest(word, words)).toBe(expected);
});

test('is silent without a near word', () => {
  expect(didYouMean('banana', words)).toBe('');
  expect(didYouMean('tagret', words)).toBe(' — did you mean "target"?');
});
