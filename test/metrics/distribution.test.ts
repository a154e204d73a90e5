import fc from 'fast-check';
import { decodeFromCompressedBase64 } from 'hdr-histogram-js';
import { describe, expect, it } from 'vitest';
import { percentiles, samplesNeeded, Total } from '../../src/metrics/distribution.ts';
import { bucketOf, highestOf, histogramConfig, lowestOf } from '../../src/metrics/histogram.ts';
import { hdrOf, naivePercentile, totalOfValues } from '../support/measured.ts';

const anyTime = fc.oneof(fc.nat({ max: 3000 }), fc.nat({ max: 100_000 }), fc.nat({ max: histogramConfig.highest }));
const samples = fc.array(anyTime, { minLength: 1, maxLength: 300 });

/** Values repeated until there are enough for every percentile, without listing them one by one in a failure. */
const manySamples = fc
  .tuple(fc.array(anyTime, { minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 6000 }))
  .map(([values, times]) => values.flatMap((value) => Array<number>(times).fill(value)));

describe('percentiles', () => {
  it('are those of hdr-histogram-js fed value by value, and of the sorted values within one step', () => {
    fc.assert(
      fc.property(samples, fc.integer({ min: 1, max: 10_000 }), (values, tenThousandths) => {
        const p = tenThousandths / 10_000;
        const total = totalOfValues(values);
        const sorted = values.toSorted((a, b) => a - b);
        const exact = naivePercentile(sorted, p);
        const value = total.percentile(p)!;
        const theirs = hdrOf(values).getValueAtPercentile(tenThousandths / 100);
        expect(value).toBe(Math.min(sorted.at(-1)!, Math.max(sorted[0], theirs)));
        expect(value).toBeGreaterThanOrEqual(lowestOf(bucketOf(exact)));
        expect(value).toBeLessThanOrEqual(highestOf(bucketOf(exact)));
      }),
      { numRuns: 300 },
    );
  });

  it('need 10 / (1 − p) samples to be printed', () => {
    expect(percentiles.map(({ p }) => samplesNeeded(p))).toEqual([20, 100, 200, 1000, 10_000, 100_000]);
    for (const { key, p } of percentiles) {
      const enough = Array<number>(samplesNeeded(p)).fill(7);
      expect(totalOfValues(enough).distribution()[key]).toBe(7);
      expect(totalOfValues(enough.slice(1)).distribution()[key]).toBeNull();
    }
  });

  it('stay within the exact extremes', () => {
    const { p50, p99, min, max } = totalOfValues(Array<number>(1000).fill(1_000_001)).distribution();
    expect([p50, p99, min, max]).toEqual([1_000_001, 1_000_001, 1_000_001, 1_000_001]);
    expect(new Total().percentile(0.5)).toBeUndefined();
  });
});

describe('distribution', () => {
  it('keeps count, sum, mean and extremes exact', () => {
    fc.assert(
      fc.property(samples, (values) => {
        const sum = values.reduce((total, value) => total + value, 0);
        expect(totalOfValues(values).distribution()).toMatchObject({
          count: values.length,
          sum,
          mean: sum / values.length,
          min: Math.min(...values),
          max: Math.max(...values),
        });
      }),
    );
  });

  it('of nothing has no figure', () => {
    const nothing = { min: null, mean: null, p50: null, p90: null, p95: null, p99: null, p999: null, p9999: null };
    expect(new Total().distribution()).toEqual({ count: 0, sum: 0, ...nothing, max: null, clamped: 0 });
    expect(new Total().distribution(new Total())).toEqual(new Total().distribution());
  });

  it('carries what was clamped', () => {
    expect(totalOfValues([1, 2, histogramConfig.highest + 1]).distribution()).toMatchObject({
      clamped: 1,
      max: histogramConfig.highest,
    });
  });
});

describe('a part of the counts', () => {
  it('is read anew as if it had been recorded so', () => {
    const pair = fc.tuple(anyTime, anyTime).map(([a, b]) => ({ before: Math.max(a, b), after: Math.min(a, b) }));
    fc.assert(
      fc.property(fc.array(anyTime, { maxLength: 50 }), fc.array(pair, { maxLength: 50 }), (kept, pairs) => {
        const before = pairs.map((one) => one.before);
        const after = pairs.map((one) => one.after);
        const found = totalOfValues([...kept, ...before])
          .replacing(totalOfValues(before), totalOfValues(after))
          .distribution();
        const { max, ...expected } = totalOfValues([...kept, ...after]).distribution();
        expect({ ...found, max }).toEqual({ ...expected, max });
        if (max !== null) {
          expect(found.max).toBeGreaterThanOrEqual(max);
          expect(found.max).toBeLessThanOrEqual(highestOf(bucketOf(max)));
        }
      }),
      { numRuns: 100 },
    );
  });

  it('may be zeros that nobody recorded', () => {
    const total = totalOfValues([5, 7]);
    total.addZeros(2);
    total.addZeros(-1);
    expect(total.distribution()).toMatchObject({ count: 4, sum: 12, min: 0, mean: 3, max: 7 });
    expect(total.percentile(0.5)).toBe(0);
  });
});

describe('censored values', () => {
  /** Percentile keys that would be more than 1 % higher had the censored ones lasted for ever. */
  function expectedBounds(answered: readonly number[], censored: readonly number[]): string[] {
    const finite = [...answered, ...censored].sort((a, b) => a - b);
    const infinite = [...answered.toSorted((a, b) => a - b), ...censored.map(() => Number.POSITIVE_INFINITY)];
    return percentiles.flatMap(({ key, p }) => {
      if (finite.length < samplesNeeded(p)) return [];
      const printed = Math.min(finite.at(-1)!, highestOf(bucketOf(naivePercentile(finite, p))));
      const real = naivePercentile(infinite, p);
      const known = real === Number.POSITIVE_INFINITY ? real : highestOf(bucketOf(real));
      return known > printed * 1.01 ? [key] : [];
    });
  }

  const counts = fc.integer({ min: 0, max: 400 });
  const population = fc
    .tuple(fc.array(fc.tuple(anyTime, counts), { maxLength: 8 }), fc.array(fc.tuple(anyTime, counts), { maxLength: 4 }))
    .map((both) => both.map((part) => part.flatMap(([value, times]) => Array<number>(times).fill(value))));

  it('mark exactly the percentiles that would be others had they lasted for ever', () => {
    fc.assert(
      fc.property(population, ([answered, censored]) => {
        const { bounds = {} } = totalOfValues([...answered, ...censored]).distribution(totalOfValues(censored));
        const maximum = censored.length > 0 ? ['max'] : [];
        expect(Object.keys(bounds)).toEqual([...expectedBounds(answered, censored), ...maximum]);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    [160, 40, ['p90', 'p95', 'max']],
    [190, 10, ['max']],
    [189, 11, ['p95', 'max']],
    [200, 0, []],
    [0, 200, ['p50', 'p90', 'p95', 'max']],
  ])('%i replies in 1 ms and %i time-outs after 10 ms', (replies, timeouts, marked) => {
    const censored = Array<number>(timeouts).fill(10_000);
    const all = [...Array<number>(replies).fill(1000), ...censored];
    const { bounds = {} } = totalOfValues(all).distribution(totalOfValues(censored));
    expect(Object.keys(bounds)).toEqual(marked);
  });

  it('that are as young as a reply lift the percentile all the same', () => {
    const censored = Array<number>(40).fill(10);
    const answered = Array<number>(60).fill(5000);
    const { p50, bounds } = totalOfValues([...answered, ...censored]).distribution(totalOfValues(censored));
    expect(p50).toBe(5000);
    expect(bounds).toEqual({ p90: '>=', max: '>=' });
  });
});

describe('adding up', () => {
  it('merging is recording everything into one', () => {
    fc.assert(
      fc.property(fc.array(samples, { minLength: 1, maxLength: 5 }), (parts) => {
        const merged = new Total();
        for (const part of parts) merged.merge(totalOfValues(part));
        const all = totalOfValues(parts.flat());
        expect(merged.distribution()).toEqual(all.distribution());
        expect(merged.encode()).toBe(all.encode());
        merged.merge(new Total());
        expect(merged.distribution()).toEqual(all.distribution());
      }),
      { numRuns: 50 },
    );
  });

  it('goes through V2 and base64 unchanged', () => {
    fc.assert(
      fc.property(manySamples, (values) => {
        const total = totalOfValues(values);
        const decoded = decodeFromCompressedBase64(total.encode());
        const direct = hdrOf(values);
        expect(decoded.totalCount).toBe(values.length);
        for (const { p } of percentiles)
          expect(decoded.getValueAtPercentile(p * 100)).toBe(direct.getValueAtPercentile(p * 100));
        expect(bucketOf(decoded.maxValue)).toBe(bucketOf(direct.maxValue));
      }),
      { numRuns: 30 },
    );
  });
});
