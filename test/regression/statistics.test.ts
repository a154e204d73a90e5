import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  hodgesLehmannShift,
  mannWhitney,
  mannWhitneyCritical,
  median,
  medianHalfWidth,
  shiftBound,
  standardDeviation,
} from '../../src/regression/statistics.ts';

describe('median and spread', () => {
  it('takes the middle, or the mean of the two middles', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
  });

  it('divides by n − 1', () => {
    expect(standardDeviation([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(Math.sqrt(32 / 7), 12);
    expect(standardDeviation([5])).toBe(0);
  });

  it('gives half the range under 6 values, the 95 % order-statistic interval from 6 on', () => {
    expect(medianHalfWidth([7])).toBeNull();
    expect(medianHalfWidth([1, 5])).toBe(2);
    expect(medianHalfWidth([1, 2, 3, 4, 5, 9])).toBe(4);
    expect(medianHalfWidth([1, 2, 3, 4, 5, 6, 7, 8, 9, 100])).toBe(3.5);
  });
});

describe('exact Mann–Whitney critical values', () => {
  it.each([
    [5, 0.05, 4],
    [5, 0.025, 2],
    [5, 0.01, 1],
    [5, 0.0025, null],
    [7, 0.05, 11],
    [7, 0.025, 8],
    [7, 0.01, 6],
    [7, 0.0025, 3],
    [10, 0.05, 27],
    [10, 0.025, 23],
    [10, 0.01, 19],
    [10, 0.0025, 13],
  ])('%i + %i at %f', (n, alpha, expected) => {
    expect(mannWhitneyCritical(n, n, alpha)).toBe(expected);
  });

  it('cannot be reached by 4 + 4 at 0.01', () => {
    expect(mannWhitneyCritical(4, 4, 0.01)).toBeNull();
  });

  it('agrees with counting every arrangement', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 6 }),
        fc.constantFrom(0.05, 0.025, 0.01),
        (m, n, alpha) => {
          expect(mannWhitneyCritical(m, n, alpha)).toBe(bruteCritical(m, n, alpha));
        },
      ),
    );
  });

  it('stays near the normal approximation far beyond the tables', () => {
    const normal = (100 * 60) / 2 - 2.326 * Math.sqrt((100 * 60 * 161) / 12);
    expect(Math.abs((mannWhitneyCritical(100, 60, 0.01) ?? 0) - normal)).toBeLessThan(6);
  });
});

describe('Hodges–Lehmann shift and bounds', () => {
  it('is the median of all differences', () => {
    expect(hodgesLehmannShift([1, 2, 3], [2, 4, 9])).toBe(2);
  });

  it('takes the (k + 1)-th smallest and largest difference', () => {
    const base = [0, 0, 0, 0, 0];
    const candidate = [1, 2, 3, 4, 5];
    expect(shiftBound(base, candidate, 'lower', 0.01)).toBe(1);
    expect(shiftBound(base, candidate, 'lower', 0.05)).toBe(1);
    expect(shiftBound([0, 10, 20, 30, 40], [0, 10, 20, 30, 40], 'lower', 0.01)).toBe(-30);
    expect(shiftBound([0, 10, 20, 30, 40], [0, 10, 20, 30, 40], 'upper', 0.01)).toBe(30);
  });

  it('knows nothing with too few runs', () => {
    expect(shiftBound([1, 2], [3, 4], 'lower', 0.01)).toBe(Number.NEGATIVE_INFINITY);
    expect(shiftBound([1, 2], [3, 4], 'upper', 0.01)).toBe(Number.POSITIVE_INFINITY);
  });

  it('moves with the candidate and brackets the shift', () => {
    const values = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 5, maxLength: 9 });
    fc.assert(
      fc.property(values, values, fc.double({ min: -2, max: 2, noNaN: true }), (base, candidate, shift) => {
        const moved = candidate.map((value) => value + shift);
        expect(hodgesLehmannShift(base, moved)).toBeCloseTo(hodgesLehmannShift(base, candidate) + shift, 9);
        expect(shiftBound(base, candidate, 'lower', 0.01)).toBeLessThanOrEqual(hodgesLehmannShift(base, candidate));
        expect(shiftBound(base, candidate, 'upper', 0.01)).toBeGreaterThanOrEqual(hodgesLehmannShift(base, candidate));
      }),
    );
  });
});

describe('Mann–Whitney test', () => {
  it('counts pairs, ties half', () => {
    expect(mannWhitney([1, 2, 3], [2, 3, 4]).u).toBe(7);
  });

  it('is exact without ties', () => {
    expect(mannWhitney([1, 2, 3, 4, 5], [6, 7, 8, 9, 10])).toMatchObject({ u: 25, greater: 1 / 252, p: 2 / 252 });
    expect(mannWhitney([6, 7, 8, 9, 10], [1, 2, 3, 4, 5])).toMatchObject({ u: 0, greater: 1, p: 2 / 252 });
  });

  it('corrects the variance for ties', () => {
    // z = (25 − 12.5 − ½) / √(25/12 · (11 − 120/90)) = 2.6741 (five zeros against five values)
    const z = 12 / Math.sqrt((25 / 12) * (11 - 120 / 90));
    expect(z).toBeCloseTo(2.674, 3);
    expect(mannWhitney([0, 0, 0, 0, 0], [1, 2, 3, 4, 5]).greater).toBeCloseTo(0.003747, 5);
  });

  it('sees nothing where all are equal', () => {
    expect(mannWhitney([1, 1, 1], [1, 1, 1])).toEqual({ u: 4.5, greater: 1, p: 1 });
  });
});

/** Largest k with P(U ≤ k) ≤ alpha, from every choice of m ranks among m + n. */
function bruteCritical(m: number, n: number, alpha: number): number | null {
  const counts = new Map<number, number>();
  let total = 0;
  for (let chosen = 0; chosen < 2 ** (m + n); chosen++) {
    const ranks = [...Array(m + n).keys()].filter((bit) => (chosen >> bit) & 1);
    if (ranks.length !== m) continue;
    const u = ranks.reduce((sum, rank) => sum + rank, 0) - (m * (m - 1)) / 2;
    counts.set(u, (counts.get(u) ?? 0) + 1);
    total += 1;
  }
  let cumulated = 0;
  for (let u = 0; u <= m * n; u++) {
    cumulated += counts.get(u) ?? 0;
    if (cumulated / total > alpha) return u === 0 ? null : u - 1;
  }
  return m * n;
}
