import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drift } from '../../src/loadgen/steady.ts';

const line = (count: number, at: (i: number) => number) => Array.from({ length: count }, (_, i) => at(i));

describe('drift', () => {
  it('is the change from the median of the first third to that of the last', () => {
    // Medians of 100 … 140 and 200 … 240.
    expect(drift(line(15, (i) => 100 + 10 * i))).toBeCloseTo(100 / 120, 12);
    expect(drift(line(15, (i) => 240 - 10 * i))).toBeCloseTo(100 / 220, 12);
    expect(drift(line(9, (i) => i - 1))).toBe(1);
  });

  it('is not told of a few values, and not seen in equal ones', () => {
    expect(drift(line(8, (i) => i))).toBeNull();
    expect(drift(line(3600, () => 7))).toBe(0);
  });

  it('is not seen in noise that goes up and down', () => {
    expect(drift(line(60, (i) => 100 + 30 * (-1) ** i))).toBe(0);
  });

  it('does not depend on the unit, nor on one bad value', () => {
    const values = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 9, maxLength: 40 });
    fc.assert(
      fc.property(values, fc.constantFrom(2, 1024), (some, factor) => {
        expect(drift(some.map((value) => value * factor))).toBeCloseTo(drift(some)!, 9);
      }),
    );
    const stalled = line(60, (i) => (i === 59 ? 1 : 100 + (i % 7)));
    expect(drift(stalled)).toBe(0);
  });
});
