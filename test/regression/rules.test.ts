import { describe, expect, it } from 'vitest';
import { judgePoint, judgeUnpaired, logLimit, okUnreachable } from '../../src/regression/rules.ts';

const base = [100, 101, 99, 100.5, 99.5];
const up = { direction: 'up-is-worse', limit: 0.1, floor: 0 } as const;
const down = { direction: 'down-is-worse', limit: 0.1, floor: 0 } as const;
const times = (factor: number) => base.map((value) => value * factor);

describe('five runs a side', () => {
  it.each([
    [1, 'ok'],
    [1.05, 'ok'],
    [1.2, 'regression'],
    [0.8, 'improved'],
  ])('a latency of × %f is %s', (factor, verdict) => {
    expect(judgeUnpaired({ ...up, base, candidate: times(factor) }, 0.01).verdict).toBe(verdict);
  });

  it.each([
    [1, 'ok'],
    [0.85, 'regression'],
    [1.2, 'improved'],
  ])('a throughput of × %f is %s', (factor, verdict) => {
    expect(judgeUnpaired({ ...down, base, candidate: times(factor) }, 0.01).verdict).toBe(verdict);
  });

  it('leaves a change near the limit open and says which way it leans', () => {
    expect(judgeUnpaired({ ...up, base, candidate: times(1.09) }, 0.02)).toMatchObject({
      verdict: 'inconclusive',
      leaning: 'ok',
    });
    const noisy = [90, 125, 118, 130, 121];
    expect(judgeUnpaired({ ...up, base: [95, 118, 99, 88, 120], candidate: noisy }, 0.03)).toMatchObject({
      verdict: 'inconclusive',
      leaning: 'worse',
    });
  });

  it('widens the bounds by the spread between sessions', () => {
    const narrow = judgeUnpaired({ ...up, base, candidate: times(1.2) }, 0);
    const wide = judgeUnpaired({ ...up, base, candidate: times(1.2) }, 0.05);
    // L′ = HL − √((HL − L)² + 2(2.33σ)²), by hand: HL = ln 1.2; 2nd smallest difference = ln(1.2 · 99 / 100.5) (k = 1)
    const shift = Math.log(1.2);
    const lower = Math.log((1.2 * 99) / 100.5);
    const widened = shift - Math.sqrt((shift - lower) ** 2 + 2 * (2.33 * 0.05) ** 2);
    expect(narrow.intervalPercent?.[0]).toBeCloseTo((Math.exp(lower) - 1) * 100, 6);
    expect(wide.intervalPercent?.[0]).toBeCloseTo((Math.exp(widened) - 1) * 100, 6);
  });

  it('reports a change in the metric’s own direction', () => {
    const { changePercent, intervalPercent } = judgeUnpaired({ ...down, base, candidate: times(0.8) }, 0.01);
    expect(changePercent).toBeCloseTo(-20, 6);
    expect(intervalPercent?.[0]).toBeLessThan(-20);
    expect(intervalPercent?.[1]).toBeGreaterThan(-20);
  });

  it('tells the smallest effect in the metric’s own direction', () => {
    expect(judgeUnpaired({ ...up, base, candidate: base }, 0).detectable).toBeCloseTo(0.1, 9);
    expect(judgeUnpaired({ ...down, base, candidate: base }, 0).detectable).toBeCloseTo(0.1, 9);
  });

  it('lets a change above the limit but under the floor pass, by name', () => {
    const small = [50, 51, 49, 50.5, 49.5];
    const verdict = judgeUnpaired({ ...up, floor: 20, base: small, candidate: small.map((value) => value + 10) }, 0.01);
    expect(verdict).toMatchObject({ verdict: 'ok', note: 'below floor' });
  });
});

describe('the limit', () => {
  it('means 0.9 × base where down is worse', () => {
    expect(Math.exp(-logLimit(0.1, 'down-is-worse'))).toBeCloseTo(0.9, 12);
    expect(Math.exp(logLimit(0.1, 'up-is-worse'))).toBeCloseTo(1.1, 12);
  });

  it('cannot be shown to hold with 5 % between sessions, but with 3 %', () => {
    expect(okUnreachable(0.1, 0.05)).toBe(true);
    expect(okUnreachable(0.1, 0.03)).toBe(false);
  });
});

describe('the point rule', () => {
  it('fails at once beyond the limit, exactly 10 % is still allowed', () => {
    expect(judgePoint({ ...up, base: [100], candidate: [111] }, true).verdict).toBe('regression');
    expect(judgePoint({ ...up, base: [100], candidate: [110] }, true).verdict).toBe('ok');
    expect(judgePoint({ ...down, base: [50_000], candidate: [44_999] }, true).verdict).toBe('regression');
    expect(judgePoint({ ...down, base: [50_000], candidate: [45_001] }, true).verdict).toBe('ok');
  });

  it('only suspects where one run moves that much by itself', () => {
    expect(judgePoint({ ...up, base: [100], candidate: [150] }, false)).toMatchObject({
      verdict: 'inconclusive',
      leaning: 'worse',
    });
  });

  it('believes a baseline of three runs that has itself been as bad', () => {
    expect(judgePoint({ ...up, base: [100, 101, 130], candidate: [120] }, true)).toMatchObject({
      verdict: 'inconclusive',
      leaning: 'worse',
    });
    expect(judgePoint({ ...up, base: [100, 130], candidate: [135] }, true).verdict).toBe('regression');
  });

  it('has a floor', () => {
    expect(judgePoint({ ...up, floor: 20, base: [50], candidate: [65] }, true)).toMatchObject({
      verdict: 'ok',
      note: 'below floor',
    });
  });
});
