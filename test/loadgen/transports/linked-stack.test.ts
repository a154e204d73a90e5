import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LinkedStack, type Stacked } from '../../../src/loadgen/transports/linked-stack.ts';

class Item implements Stacked<Item> {
  above: Item | undefined;
  below: Item | undefined;
}

const step = fc.record({ what: fc.constantFrom('push', 'push', 'pop', 'remove'), item: fc.nat(9) });

function walk(steps: readonly { what: string; item: number }[]): void {
  const items = Array.from({ length: 10 }, () => new Item());
  const stack = new LinkedStack<Item>();
  const model: Item[] = [];
  for (const { what, item: number } of steps) {
    const item = items[number];
    const at = model.indexOf(item);
    if (what === 'push' && at < 0) {
      stack.push(item);
      model.push(item);
    } else if (what === 'pop') expect(stack.pop()).toBe(model.pop());
    else if (what === 'remove') {
      stack.remove(item);
      if (at >= 0) model.splice(at, 1);
    }
    expect(stack.length).toBe(model.length);
  }
  while (model.length > 0) expect(stack.pop()).toBe(model.pop());
  expect(stack.pop()).toBeUndefined();
  expect(items.every(({ above, below }) => above === undefined && below === undefined)).toBe(true);
}

describe('LinkedStack', () => {
  it('agrees with an array', () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 100 }), walk), { numRuns: 300 });
  });
});
