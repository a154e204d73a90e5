import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Stripe } from '../../src/loadgen/arrival-walk.ts';
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
  const session = { opensFrom: 0, whenReady: (_: SessionWaiter, at: number) => void starts.push(at) };
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

/** Attempts of sessions each of which fails so often as it is said, every time after `takes` ms, and then backs off. */
function attempts(rate: number, failures: readonly number[], takes: number, backoff: number, stripe: Stripe) {
  const made: { readonly at: number; readonly allowed: number }[] = [];
  let allReady = 0;
  const timers = new TimerQueue(() => undefined);
  const run = {
    plan: { connectRate: rate, target: planOf({}).scenarios[0].target },
    engine: { ...stripe, timers, unreachable: () => expect.unreachable() },
  };
  const users = failures.map((count) => {
    let failed = 0;
    const session = {
      opensFrom: Number.NEGATIVE_INFINITY,
      whenReady(waiter: SessionWaiter, at: number) {
        made.push({ at, allowed: session.opensFrom });
        timers.add(at + takes, { fire: (now) => (failed++ < count ? fail(now) : waiter.sessionReady(now)) });
        const fail = (now: number) => {
          session.opensFrom = now + backoff;
          waiter.sessionFailed(at, now);
        };
      },
    };
    return { session };
  });
  preconnect(run, users, () => allReady++);
  const began = made[0]?.at ?? timers.next - connectDue(0, stripe, rate);
  while (timers.next < Number.POSITIVE_INFINITY) timers.run(timers.next);
  expect(allReady).toBe(1);
  return { made, began };
}

test('attempts that follow a failed one keep to the rate, and to the back-off', () => {
  const stripes = fc
    .integer({ min: 1, max: 4 })
    .chain((workers) => fc.record({ worker: fc.integer({ min: 0, max: workers - 1 }), workers: fc.constant(workers) }));
  const failures = fc
    .array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 30 })
    .filter((counts) => counts.reduce((sum, count) => sum + count, 0) <= 20);
  const millis = fc.integer({ min: 0, max: 2000 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2000 }), failures, millis, millis, stripes, (rate, counts, ...rest) => {
      const [takes, backoff, stripe] = rest;
      const { made, began } = attempts(rate, counts, takes, backoff, stripe);
      expect(made).toHaveLength(counts.length + counts.reduce((sum, count) => sum + count, 0));
      const own = (1000 * stripe.workers) / rate;
      made.forEach(({ at, allowed }, i) => {
        expect(at).toBeGreaterThanOrEqual(allowed);
        const turn = (at - began - connectDue(0, stripe, rate)) / own;
        expect(Math.abs(turn - Math.round(turn)), 'at a turn of this worker').toBeLessThan(1e-3);
        if (i > 0) expect(at - made[i - 1].at).toBeGreaterThan(own - 1e-3);
      });
    }),
  );
});
