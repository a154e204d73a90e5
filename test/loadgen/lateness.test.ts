import { describe, expect, it } from 'vitest';
import { isLateSecond } from '../../src/loadgen/lateness.ts';
import { totalOfValues } from '../support/measured.ts';

/** So many values, of which the last share is `tail`. */
const of = (count: number, value: number, tail = value, share = 0.02) =>
  totalOfValues(Array.from({ length: count }, (_, i) => (i < count * (1 - share) ? value : tail)));
const none = totalOfValues([]);

describe('a second', () => {
  it.each([
    ['on time', of(200, 300), of(200, 10), false],
    ['late by a millisecond in the median', of(200, 300), of(200, 1010), true],
    ['late by as much beside slow replies', of(200, 20_000), of(200, 1010), false],
    ['late by a tenth of slow replies', of(200, 20_000), of(200, 2100), true],
    ['late in its tail', of(200, 300), of(200, 10, 5100), true],
    ['late in its tail beside a slow tail', of(200, 300, 80_000), of(200, 10, 5100), false],
    ['late in its tail beyond a tenth of a slow tail', of(200, 300, 40_000), of(200, 10, 5100), true],
    ['of too few to tell', of(99, 300), of(99, 1e6), false],
    ['without a reply', none, of(200, 1010), true],
    ['without anything', none, none, false],
  ])('%s', (_, response, lag, late) => {
    expect(isLateSecond(response, [lag, none]), 'one lag').toBe(late);
    expect(isLateSecond(response, [none, lag]), 'the other').toBe(late);
  });
});
