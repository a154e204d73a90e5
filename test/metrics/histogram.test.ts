import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  Accumulator,
  bucketCount,
  bucketOf,
  highestOf,
  histogramConfig,
  lowestOf,
} from '../../src/metrics/histogram.ts';
import { hdrOf } from '../support/measured.ts';

const { highest } = histogramConfig;
const reference = hdrOf([]);

/** Values of every order of magnitude, powers of two and their neighbours among them. */
const anyValue = fc.oneof(
  fc.integer({ min: 0, max: highest }),
  fc.integer({ min: 0, max: 5000 }),
  fc
    .tuple(fc.integer({ min: 0, max: 31 }), fc.integer({ min: -2, max: 2 }))
    .map(([power, off]) => Math.min(highest, Math.max(0, 2 ** power + off))),
);

describe('bucket geometry', () => {
  it('is that of hdr-histogram-js over the whole range', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const bucket = bucketOf(value);
        reference.reset();
        reference.recordValue(value);
        expect(lowestOf(bucket)).toBe(reference.getValueAtPercentile(0));
        expect(highestOf(bucket)).toBe(reference.getValueAtPercentile(100));
        expect(bucket).toBeLessThan(bucketCount);
      }),
      { numRuns: 2000 },
    );
  });

  it('has no gap and no overlap: every bucket begins where the one below ends', () => {
    expect(lowestOf(0)).toBe(0);
    for (let bucket = 0; lowestOf(bucket) <= highest; bucket++) {
      expect(bucketOf(lowestOf(bucket))).toBe(bucket);
      expect(bucketOf(highestOf(bucket))).toBe(bucket);
      expect(lowestOf(bucket + 1)).toBe(highestOf(bucket) + 1);
    }
  });

  it('is as wide as three digits allow: one in a thousand at most', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const bucket = bucketOf(value);
        expect(highestOf(bucket) - lowestOf(bucket)).toBeLessThanOrEqual(value / 1000);
      }),
    );
  });
});

describe('Accumulator', () => {
  it('counts each value in its bucket and keeps count, sum, min and max exact', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyValue, fc.integer({ min: 1, max: 9 })), { minLength: 1 }), (recorded) => {
        const accumulator = new Accumulator();
        for (const [value, times] of recorded) accumulator.record(value, times);
        expect(accumulator.count).toBe(recorded.reduce((sum, [, times]) => sum + times, 0));
        const counts = accumulator.take();
        expect(counts).toMatchObject({
          count: recorded.reduce((sum, [, times]) => sum + times, 0),
          sum: recorded.reduce((sum, [value, times]) => sum + value * times, 0),
          min: Math.min(...recorded.map(([value]) => value)),
          max: Math.max(...recorded.map(([value]) => value)),
          clamped: 0,
        });
        const expected = new Map<number, number>();
        for (const [value, times] of recorded)
          expected.set(bucketOf(value), (expected.get(bucketOf(value)) ?? 0) + times);
        const found = [...counts.buckets].flatMap((count, i) =>
          count > 0 ? [[counts.first + i, count] as const] : [],
        );
        expect(new Map(found)).toEqual(expected);
      }),
    );
  });

  it('starts afresh when taken', () => {
    fc.assert(
      fc.property(fc.array(anyValue), fc.array(anyValue), (before, after) => {
        const used = new Accumulator();
        for (const value of before) used.record(value);
        used.take();
        const fresh = new Accumulator();
        for (const value of after) for (const accumulator of [used, fresh]) accumulator.record(value);
        expect(used.take()).toEqual(fresh.take());
      }),
    );
  });

  it('clamps and counts what is out of range, on both sides', () => {
    const accumulator = new Accumulator();
    accumulator.record(highest);
    accumulator.record(0);
    expect(accumulator.take()).toMatchObject({ clamped: 0, min: 0, max: highest });
    for (const value of [highest + 1, 2 ** 40, Number.POSITIVE_INFINITY]) accumulator.record(value, 2);
    expect(accumulator.take()).toMatchObject({ clamped: 6, count: 6, min: highest, max: highest, sum: 6 * highest });
    for (const value of [-1, -1e9, Number.NaN]) accumulator.record(value);
    expect(accumulator.take()).toMatchObject({ clamped: 3, count: 3, min: 0, max: 0, sum: 0 });
  });

  it('takes milliseconds as whole microseconds, rounded to nearest', () => {
    const accumulator = new Accumulator();
    for (const millis of [0.0004, 1.2344, 1.2346, 2500]) accumulator.recordMillis(millis);
    expect(accumulator.take()).toMatchObject({ sum: 0 + 1234 + 1235 + 2_500_000, count: 4 });
  });
});
