import fc from 'fast-check';
import { expect, it } from 'vitest';
import { InFlight } from '../../src/gateway/in-flight.ts';

it('InFlight never gives a slot to two sessions at once, whichever worker they are of', () => {
  const step = fc.record({ worker: fc.nat({ max: 2 }), opens: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const memory = InFlight.allocate(3, 5);
      const workers = [0, 1, 2].map((worker) => new InFlight(memory, worker, 5));
      const taken = workers.map((): number[] => []);
      for (const { worker, opens } of steps) {
        const own = taken[worker] as number[];
        const slot = opens ? (workers[worker] as InFlight).take() : own.pop();
        if (!opens && slot !== undefined) (workers[worker] as InFlight).release(slot);
        if (opens && slot !== undefined) expect(slot === -1).toBe(own.length === 5);
        if (opens && slot !== undefined && slot >= 0) own.push(slot);
        expect(new Set(taken.flat()).size).toBe(taken.flat().length);
      }
    }),
  );
});

it('InFlight counts what all workers have', () => {
  const memory = InFlight.allocate(2, 1);
  const [one, other] = [new InFlight(memory, 0, 1), new InFlight(memory, 1, 1)];
  const slot = one.take();
  one.change(slot, 1);
  other.change(slot, 1);
  expect([one.count(slot), other.count(slot), one.count(other.take())]).toEqual([2, 2, 0]);
  other.change(slot, -1);
  expect(one.count(slot)).toBe(1);
});
