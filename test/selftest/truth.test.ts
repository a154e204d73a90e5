import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closedLoop, frozen, quantile, queued, type StallingLoad, stopped } from '../../src/selftest/truth.ts';

const ps = [0.5, 0.9, 0.99, 0.999] as const;
const tickMillis = 0.05;
const rounded = (millis: number) => Math.round(millis * 1e6) / 1e6;

/**
 * The same servers once more, by brute force: time goes on in ticks; in each, what has arrived queues, what may be begun
 * is begun by a free worker, and what was worked on for its time is over. Response times of `periods` periods, sorted,
 * after one period that is not counted.
 */
function simulated({ rate, service, stall, period }: StallingLoad, workers: number, periods: number): number[] {
  const ticksOf = (millis: number) => Math.round(millis / tickMillis);
  const spacing = ticksOf(1000 / rate);
  const responses: number[] = [];
  const queue: number[] = [];
  let working: { readonly arrived: number; readonly until: number }[] = [];
  const [first, last] = [ticksOf(period), ticksOf(period * (periods + 1))];
  for (let tick = 0; tick < last + ticksOf(period); tick++) {
    if (tick % spacing === 0) queue.push(tick);
    working = working.filter(({ arrived, until }) => {
      if (until > tick) return true;
      if (arrived >= first && arrived < last) responses.push((tick - arrived) * tickMillis);
      return false;
    });
    const stalled = tick % ticksOf(period) < ticksOf(stall);
    while (!stalled && working.length < workers && queue.length > 0)
      working.push({ arrived: queue.shift()!, until: tick + ticksOf(service) });
  }
  return responses.sort((a, b) => a - b);
}

describe('stalls of a server that takes any number at once', () => {
  const load = { rate: 1000, service: 1, stall: 100, period: 1000 };

  it('1,000/s, 1 ms, 100 ms once a second: 1 / 1 / 91 / 100 ms', () => {
    expect(ps.map((p) => frozen(p, 10, load))).toEqual([1, 1, 91, 100]);
  });

  it('is what a simulation gives, to one spacing', () => {
    const load = fc.record({
      rate: fc.constantFrom(200, 500, 1000),
      service: fc.integer({ min: 1, max: 5 }),
      stall: fc.integer({ min: 20, max: 300 }),
      period: fc.constantFrom(500, 1000),
    });
    const property = fc.property(load, fc.integer({ min: 1, max: 5 }), (load, periods) => {
      const sorted = simulated(load, Number.POSITIVE_INFINITY, periods);
      expect(sorted).toHaveLength((load.rate * load.period * periods) / 1000);
      for (const p of ps) expect(Math.abs(frozen(p, periods, load) - quantile(sorted, p))).toBeLessThan(tickMillis / 2);
    });
    fc.assert(property, { numRuns: 30 });
  });
});

describe('stalls of one worker', () => {
  it('500/s, 1 ms, 200 ms in 5 s: 1 / 1 / 176 / 198.5 ms', () => {
    const load = { rate: 500, service: 1, stall: 200, period: 5000 };
    expect(ps.map((p) => rounded(queued(p, load)))).toEqual([1, 1, 176, 198.5]);
  });

  it('800/s, 1 ms, 200 ms in 5 s: 1 / 101 / 191 / 200 ms', () => {
    const load = { rate: 800, service: 1, stall: 200, period: 5000 };
    expect(ps.map((p) => rounded(queued(p, load)))).toEqual([1, 101, 191, 200]);
  });

  it('is what a simulation gives, to one spacing', () => {
    const load = fc.record({
      rate: fc.constantFrom(200, 400, 500),
      service: fc.constantFrom(0.5, 1, 1.5),
      stall: fc.integer({ min: 20, max: 150 }),
      period: fc.constant(1000),
    });
    const property = fc.property(load, (load) => {
      const sorted = simulated(load, 1, 4);
      for (const p of ps)
        expect(Math.abs(queued(p, load) - quantile(sorted, p))).toBeLessThanOrEqual(1000 / load.rate + tickMillis);
    });
    fc.assert(property, { numRuns: 30 });
  });
});

describe('a closed loop', () => {
  const load = { rate: 1000, service: 1, stall: 100, period: 1000 };

  it('hides the same stalls up to p99', () => {
    expect(ps.map((p) => closedLoop(p, load))).toEqual([1, 1, 1, 101]);
    expect(closedLoop(0.999, { ...load, stall: 1000, period: 10_000 })).toBe(1);
  });

  it('is what connections give that wait for each reply', () => {
    const responses: number[] = [];
    for (let connection = 0; connection < 10; connection++)
      for (let at = 1000 + connection / 10; at < 11_000; ) {
        const taken = at % load.period < load.stall ? at - (at % load.period) + load.stall : at;
        responses.push(taken + load.service - at);
        at = taken + load.service;
      }
    const sorted = responses.sort((a, b) => a - b);
    for (const p of ps) expect(Math.abs(quantile(sorted, p) - closedLoop(p, load))).toBeLessThanOrEqual(load.service);
  });
});

describe('a process that is stopped', () => {
  const stops = [{ from: 10, to: 30 }];

  it('takes up at the end what is planned while it stands, and sends then what is due meanwhile', () => {
    const one = (planned: number) => stopped([planned], stops, 2)[0];
    expect([7, 8.5, 10, 29, 30].map(one)).toEqual([2, 21.5, 22, 3, 2]);
  });

  it('sorts', () => {
    expect(stopped([10, 0, 20], stops, 2)).toEqual([2, 12, 22]);
  });
});

describe('quantile', () => {
  it('is the value of nearest rank', () => {
    const sorted = Array.from({ length: 1000 }, (_, i) => i + 1);
    expect(ps.map((p) => quantile(sorted, p))).toEqual([500, 900, 990, 999]);
    expect(quantile([7], 0.5)).toBe(7);
  });
});
