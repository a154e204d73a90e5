import fc from 'fast-check';
import { expect, test } from 'vitest';
import { connectDue, preconnect } from '../../src/loadgen/preconnect.ts';
import type { SessionWaiter } from '../../src/loadgen/session-waiter.ts';
import { TimerQueue } from '../../src/loadgen/timers.ts';
import { planOf } from '../support/engine.ts';

const rates = fc.double({ min: 0.1, max: 50_000, noNaN: true });

test('the workers together open connection n at n / rate, one after the other', () => {
  fc.assert(
    fc.property(rates, fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 300 }), (rate, workers, total) => {
      const dues = Array.from({ length: workers }, (_, worker) => {
        const own = Math.ceil((total - worker) / workers);
        return Array.from({ length: Math.max(0, own) }, (_, i) => connectDue(i, { worker, workers }, rate));
      });
      expect(dues.flat().toSorted((a, b) => a - b)).toEqual(Array.from({ length: total }, (_, n) => (1000 * n) / rate));
    }),
  );
});

/** Every wake-up comes so many ms after it was wanted, in turn; returns when connections were opened, ms after the first was due. */
function opened(rate: number, users: number, lateness: readonly number[], stripe = { worker: 0, workers: 1 }) {
  const starts: number[] = [];
  const timers = new TimerQueue(() => undefined);
  const run = {
    plan: { connectRate: rate, target: planOf({}).scenarios[0].target },
    engine: { ...stripe, timers, unreachable: () => expect.unreachable() },
  };
  const session = { whenReady: (_: SessionWaiter, at: number) => void starts.push(at) };
  preconnect(run, Array(users).fill({ session }), () => undefined);
  const began = timers.next - connectDue(starts.length, stripe, rate);
  for (let i = 0; timers.next < Number.POSITIVE_INFINITY; i++) timers.run(timers.next + lateness[i % lateness.length]);
  return starts.map((at) => at - began);
}

test('late wake-ups delay what was due meanwhile, and nothing after it', () => {
  const stripes = fc
    .integer({ min: 1, max: 8 })
    .chain((workers) => fc.record({ worker: fc.integer({ min: 0, max: workers - 1 }), workers: fc.constant(workers) }));
  const late = fc.array(fc.double({ min: 0, max: 500, noNaN: true }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(fc.double({ min: 1, max: 1000, noNaN: true }), late, stripes, (rate, lateness, stripe) => {
      const starts = opened(rate, 50, lateness, stripe);
      expect(starts).toHaveLength(50);
      starts.forEach((at, i) => {
        const due = connectDue(i, stripe, rate);
        expect(at).toBeGreaterThan(due - 1e-6);
        expect(at - due).toBeLessThan(Math.max(...lateness) + 1e-6);
      });
    }),
  );
});

test('with every wake-up 3 ms late, the last of a thousand at 200/s is no later than the first', () => {
  const starts = opened(200, 1000, [3]);
  expect(starts[999] - 999 * 5).toBeLessThan(3.001);
});
