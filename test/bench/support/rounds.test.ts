import { describe, expect, it } from 'vitest';
import { inRound, rotated, spread } from '../../../bench/support/rounds.ts';

describe('spread', () => {
  it.each([
    [[5], { median: 5, min: 5, max: 5 }],
    [[9, 1, 10], { median: 9, min: 1, max: 10 }],
    [[4, 1, 3, 100], { median: 3.5, min: 1, max: 100 }],
  ])('of %j', (values, expected) => {
    expect(spread(values)).toEqual(expected);
  });
});

it('starts a rotation at another item and keeps the order', () => {
  expect([0, 1, 2, 3].map((by) => rotated(['a', 'b', 'c'], by).join(''))).toEqual(['abc', 'bca', 'cab', 'abc']);
});

it('measures one item at a time, each round in another order, and gives them in their own', async () => {
  const order: string[] = [];
  let underWay = 0;
  const measure = async (item: string) => {
    expect(++underWay).toBe(1);
    order.push(item);
    await new Promise(setImmediate);
    underWay--;
    return item.toUpperCase();
  };
  const rounds = [await inRound(['a', 'b', 'c'], 0, measure), await inRound(['a', 'b', 'c'], 1, measure)];
  expect(order.join('')).toBe('abcbca');
  expect(rounds).toEqual([
    ['A', 'B', 'C'],
    ['A', 'B', 'C'],
  ]);
});
