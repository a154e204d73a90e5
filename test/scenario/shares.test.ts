import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Shape } from '../../src/scenario/executors.ts';
import { largestRemainder, sharedOut } from '../../src/scenario/shares.ts';
import { mistake, planText } from './planning.ts';

const weights = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 8 });
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describe('largestRemainder', () => {
  it('gives everybody the exact share rounded down or up, and all of them the whole', () => {
    fc.assert(
      fc.property(fc.nat({ max: 50_000 }), weights, (count, parts) => {
        const shares = largestRemainder(count, parts);
        expect(sum(shares)).toBe(count);
        for (const [i, share] of shares.entries())
          expect(Math.abs(share - (count * parts[i]) / sum(parts))).toBeLessThan(1);
      }),
    );
  });

  it.each([
    [10, [1, 1, 1], [4, 3, 3]],
    [5, [70, 30], [4, 1]],
    [3, [40, 30, 20, 10], [1, 1, 1, 0]],
    [0, [1, 2], [0, 0]],
  ])('%i by %j is %j', (count, parts, expected) => {
    expect(largestRemainder(count, parts)).toEqual(expected);
  });
});

describe('sharedOut', () => {
  it('shares rates exactly, also those of a ramp', () => {
    fc.assert(
      fc.property(weights, fc.double({ min: 0.5, max: 5000, noNaN: true }), (parts, rate) => {
        const whole: Shape = { kind: 'ramping-arrival-rate', start: rate, stages: [{ seconds: 5, target: 2 * rate }] };
        const shares = sharedOut(whole, parts, 2);
        expect(sum(shares.map(({ start }) => start!))).toBeCloseTo(rate, 6);
        for (const [i, { start, stages }] of shares.entries()) {
          expect(start).toBeCloseTo((rate * parts[i]) / sum(parts), 9);
          expect(stages![0].target).toBeCloseTo(2 * start!, 9);
        }
      }),
    );
  });

  it('shares users of every stage as whole numbers', () => {
    fc.assert(
      fc.property(weights, fc.array(fc.nat({ max: 500 }), { minLength: 1, maxLength: 4 }), (parts, targets) => {
        const stages = targets.map((target) => ({ seconds: 1, target }));
        const shares = sharedOut({ kind: 'ramping-vus', start: 1, stages }, parts, 2);
        for (const [stage, target] of targets.entries())
          expect(sum(shares.map((one) => one.stages![stage].target))).toBe(target);
        expect(shares.flatMap((one) => one.stages!).every(({ target }) => Number.isInteger(target))).toBe(true);
      }),
    );
  });
});

const two = (outer: string, a = 'weight: 3', b = 'weight: 1') =>
  `${outer}\nscenarios:\n  a: { ${a}, steps: [{ call: ping }] }\n  b: { ${b}, steps: [{ call: tools/list }] }`;
const levels = (text: string, overrides = {}) =>
  planText(text, overrides).scenarios.map(({ executor }) => executor.stages.map(({ from, to }) => [from, to]));

describe('blocks with weights', () => {
  it.each([
    ['vus: 10', [[[8, 8]], [[2, 2]]]],
    ['vus: cores', [[[3, 3]], [[1, 1]]]],
    ['executor: constant-arrival-rate\nrate: 10', [[[7.5, 7.5]], [[2.5, 2.5]]]],
    ['executor: session-arrival\nsessions: { rate: 2 }', [[[1.5, 1.5]], [[0.5, 0.5]]]],
    [
      'executor: ramping-vus\nstartVUs: 4\nstages: [{ duration: 1s, target: 8 }, { duration: 1s, target: 0 }]',
      [
        [
          [3, 6],
          [6, 0],
        ],
        [
          [1, 2],
          [2, 0],
        ],
      ],
    ],
  ])('share out %s', (outer, expected) => {
    expect(levels(two(outer))).toEqual(expected);
  });

  it('share out iterations, connections and the most users', () => {
    const executors = (outer: string) => planText(two(outer)).scenarios.map(({ executor }) => executor);
    expect(executors('executor: shared-iterations\nvus: 4\niterations: 101')).toMatchObject([
      { vus: 3, iterations: 76 },
      { vus: 1, iterations: 25 },
    ]);
    expect(executors('executor: per-vu-iterations\nvus: 4\niterations: 5')).toMatchObject([
      { vus: 3, iterationsPerVU: 5 },
      { vus: 1, iterationsPerVU: 5 },
    ]);
    expect(executors('executor: constant-arrival-rate\nrate: 10\nvus: 2\nmaxVUs: 8')).toMatchObject([
      { vus: 2, maxVUs: 6 },
      { vus: 1, maxVUs: 2 },
    ]);
  });

  it('are changed by flags as a whole', () => {
    expect(levels(two('vus: 10'), { vus: '4' })).toEqual([[[3, 3]], [[1, 1]]]);
    expect(levels(two('vus: 10'), { rate: '100/s' })).toEqual([[[75, 75]], [[25, 25]]]);
  });

  it.each([
    [two('vus: 10', 'weight: 1', 'startTime: 0s'), 'weight is missing: expected a weight above zero'],
    [two('vus: 10', 'weight: 0'), '"0" is not a weight above zero'],
    [two('vus: 10', 'weight: 1, vus: 5'), '"vus" does not belong here'],
    [two('vus: 1'), 'its share of the load is nothing'],
    ['vus: 1\nscenarios: { a: { steps: [{ call: ping }] } }', '"vus" does not belong here'],
    ['weight: 1\nsteps: [{ call: ping }]', 'unknown key "weight": it belongs to the blocks under scenarios'],
  ])('%j is refused', (text, message) => {
    expect(mistake(() => planText(text)).message).toContain(message);
  });
});
