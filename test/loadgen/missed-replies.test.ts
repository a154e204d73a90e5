import { expect, it } from 'vitest';
import { MissedReplies } from '../../src/loadgen/missed-replies.ts';

const leastKept = 65_536;

function missed(count: number): MissedReplies {
  const replies = new MissedReplies();
  for (let id = 0; id < count; id++) replies.add(id);
  return replies;
}

it('takes each missed reply once', () => {
  const replies = missed(3);
  expect([replies.take(1), replies.take(1), replies.take(3)]).toEqual([true, false, false]);
});

it.each([leastKept, leastKept + 1, 2 * leastKept, 2 * leastKept + 1, 5 * leastKept - 1])(
  'remembers at least the latest 65,536 of %i, and no more than twice as many',
  (count) => {
    const replies = missed(count);
    const remembered = Array.from({ length: count }, (_, id) => id).filter((id) => replies.take(id));
    expect(remembered.length).toBeGreaterThanOrEqual(leastKept);
    expect(remembered.length).toBeLessThanOrEqual(2 * leastKept);
    expect(remembered[0], 'no gap in what is remembered').toBe(count - remembered.length);
  },
);
