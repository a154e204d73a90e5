import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArrivalWalk } from '../../src/loadgen/arrival-walk.ts';
import { ArrivalSchedule, type Segment } from '../../src/loadgen/pacer.ts';

const alone = { worker: 0, workers: 1 };
const rate = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 300 }), fc.double({ min: 0.1, max: 200, noNaN: true }));
const profiles: fc.Arbitrary<Segment[]> = fc.array(
  fc.record({ seconds: fc.double({ min: 0.05, max: 3, noNaN: true }), from: rate, to: rate }),
  { minLength: 1, maxLength: 4 },
);
const seeds = fc.oneof(fc.constant(undefined), fc.nat());

/** Everything a worker comes to: number and instant of its arrivals. */
function walked(
  profile: readonly Segment[],
  stripe = alone,
  { seed, limit = Number.POSITIVE_INFINITY }: { seed?: number | undefined; limit?: number } = {},
): [number, number][] {
  const walk = new ArrivalWalk(profile, stripe, limit, seed);
  const found: [number, number][] = [];
  for (; walk.due !== Number.POSITIVE_INFINITY; walk.advance()) found.push([walk.arrival, walk.due]);
  return found;
}

const steady = (perSecond: number, seconds: number): Segment[] => [{ seconds, from: perSecond, to: perSecond }];

describe('ArrivalWalk', () => {
  it('is the schedule where arrivals are even', () => {
    fc.assert(
      fc.property(profiles, (profile) => {
        const schedule = new ArrivalSchedule(profile);
        const found = walked(profile);
        expect(found).toHaveLength(Math.ceil(schedule.total));
        for (const [n, due] of found) expect(due).toBe(schedule.dueAt(n));
      }),
    );
  });

  it('is one walk however many workers make it: the same instants to the last bit', () => {
    fc.assert(
      fc.property(profiles, seeds, fc.integer({ min: 2, max: 5 }), (profile, seed, workers) => {
        const all = walked(profile, alone, { seed });
        const parts = Array.from({ length: workers }, (_, worker) => walked(profile, { worker, workers }, { seed }));
        expect(parts.flat().toSorted(([a], [b]) => a - b)).toEqual(all);
      }),
    );
  });

  it('goes forward, within the profile', () => {
    fc.assert(
      fc.property(profiles, seeds, (profile, seed) => {
        const length = profile.reduce((sum, { seconds }) => sum + seconds, 0);
        const instants = walked(profile, alone, { seed }).map(([, due]) => due);
        for (const [i, due] of instants.entries()) {
          expect(due).toBeGreaterThanOrEqual(i === 0 ? 0 : instants[i - 1] - 1e-9);
          expect(due).toBeLessThanOrEqual(length + 1e-9);
        }
      }),
    );
  });

  it('ends with its number of arrivals, of all workers together', () => {
    const limited = (workers: number) =>
      Array.from({ length: workers }, (_, worker) => walked(steady(100, 5), { worker, workers }, { limit: 7 })).flat();
    for (const workers of [1, 2, 3, 9]) expect(limited(workers)).toHaveLength(7);
  });

  it('without a rate has no arrivals', () => {
    expect(walked(steady(0, 5), alone, { seed: 1 })).toEqual([]);
    expect(walked([], alone, { seed: 1 })).toEqual([]);
  });
});

describe('Poisson arrivals', () => {
  /** Mean and variance of numbers. */
  function moments(values: readonly number[]) {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
    return { mean, variance };
  }

  const perSecond = 40;
  const instants = walked(steady(perSecond, 500), alone, { seed: 1 }).map(([, due]) => due);

  it('come as often as their rate says', () => {
    const deviation = Math.sqrt(perSecond * 500);
    expect(Math.abs(instants.length - perSecond * 500)).toBeLessThan(4 * deviation);
  });

  it('wait exponentially for each other: the deviation of the gaps is their mean, e^−1 of them exceed it', () => {
    const gaps = instants.map((due, i) => due - (i === 0 ? 0 : instants[i - 1]));
    const { mean, variance } = moments(gaps);
    expect(mean * perSecond).toBeCloseTo(1, 1);
    expect(Math.sqrt(variance) / mean).toBeCloseTo(1, 1);
    const beyond = gaps.filter((gap) => gap > 1 / perSecond).length / gaps.length;
    expect(Math.abs(beyond - Math.exp(-1))).toBeLessThan(4 * Math.sqrt(0.25 / gaps.length));
  });

  it('fall into equal times as a Poisson process does: the variance of the counts is their mean', () => {
    const counts = new Array<number>(2000).fill(0);
    for (const due of instants) counts[Math.floor(due * 4)]++;
    const { mean, variance } = moments(counts);
    // Of n counts the ratio deviates by √(2/n).
    expect(Math.abs(variance / mean - 1)).toBeLessThan(4 * Math.sqrt(2 / counts.length));
  });

  it('do not know of each other: gaps are not correlated', () => {
    const gaps = instants.slice(1).map((due, i) => due - instants[i]);
    const { mean, variance } = moments(gaps);
    const covariance =
      gaps.slice(1).reduce((sum, gap, i) => sum + (gap - mean) * (gaps[i] - mean), 0) / (gaps.length - 1);
    expect(Math.abs(covariance / variance)).toBeLessThan(4 / Math.sqrt(gaps.length));
  });

  it('follow a ramp: in every part of it as many as its rate brings', () => {
    const due = walked([{ seconds: 400, from: 0, to: 100 }], alone, { seed: 7 }).map(([, at]) => at);
    for (let part = 0; part < 4; part++) {
      const [from, to] = [part * 100, (part + 1) * 100];
      const wanted = (to ** 2 - from ** 2) / 8;
      const found = due.filter((at) => at >= from && at < to).length;
      expect(Math.abs(found - wanted)).toBeLessThan(4 * Math.sqrt(wanted));
    }
  });

  it('are others with another seed', () => {
    expect(walked(steady(50, 2), alone, { seed: 1 })).not.toEqual(walked(steady(50, 2), alone, { seed: 2 }));
  });
});
