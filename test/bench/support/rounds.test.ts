import { describe, expect, it } from 'vitest';
import { inRounds, ratios, rotated, spread } from '../../../bench/support/rounds.ts';

describe('spread', () => {
  it.each([
    [[5], { median: 5, min: 5, max: 5 }],
    [[9, 1, 10], { median: 9, min: 1, max: 10 }],
    [[4, 1, 3, 100], { median: 3.5, min: 1, max: 100 }],
  ])('of %j', (values, expected) => {
    expect(spread(values)).toEqual(expected);
  });
});

it('takes ratios round by round, not of the medians', () => {
  const measured = ratios([100, 60, 90], [200, 30, 100]);
  expect(measured).toEqual([0.5, 2, 0.9]);
  expect(spread(measured).median).toBe(0.9);
});

it('starts a rotation at another item and keeps the order', () => {
  expect([0, 1, 2, 3].map((by) => rotated(['a', 'b', 'c'], by).join(''))).toEqual(['abc', 'bca', 'cab', 'abc']);
});

it('measures one item at a time, each round in another order, and keeps the rounds apart', async () => {
  const order: string[] = [];
  let underWay = 0;
  const measured = await inRounds(['a', 'b'], 3, async (item, round) => {
    expect(++underWay).toBe(1);
    order.push(`${item}${round}`);
    await new Promise(setImmediate);
    underWay--;
    return `${item}${round}`;
  });
  expect(order).toEqual(['a0', 'b0', 'b1', 'a1', 'a2', 'b2']);
  expect([...measured]).toEqual([
    ['a', ['a0', 'a1', 'a2']],
    ['b', ['b0', 'b1', 'b2']],
  ]);
});
