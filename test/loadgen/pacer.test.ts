import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArrivalSchedule, share } from '../../src/loadgen/pacer.ts';

interface Segment {
  readonly seconds: number;
  readonly from: number;
  readonly to: number;
}

const rate = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 500 }), fc.double({ min: 0.1, max: 300, noNaN: true }));
const seconds = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 4 }), fc.double({ min: 0.05, max: 3, noNaN: true }));
const segments: fc.Arbitrary<Segment[]> = fc.array(fc.record({ seconds, from: rate, to: rate }), {
  minLength: 1,
  maxLength: 5,
});

/** Arrivals wanted until `at`: the integral of the rate, cut into thin slices. */
function integral(profile: readonly Segment[], at: number): number {
  let count = 0;
  let start = 0;
  for (const { seconds, from, to } of profile) {
    const until = Math.min(at - start, seconds);
    const slices = 2000;
    for (let i = 0; i < slices && until > 0; i++)
      count += ((from + ((to - from) * (until * (i + 0.5))) / slices / seconds) * until) / slices;
    start += seconds;
  }
  return count;
}

const length = (profile: readonly Segment[]) => profile.reduce((sum, segment) => sum + segment.seconds, 0);

/** All due instants, until the profile says it is over. */
function instants(schedule: ArrivalSchedule): number[] {
  const due: number[] = [];
  for (let n = 0; schedule.dueAt(n) !== Number.POSITIVE_INFINITY; n++) due.push(schedule.dueAt(n));
  return due;
}

describe('ArrivalSchedule', () => {
  it('inverts the integral of the rate: n arrivals were wanted when arrival n is due', () => {
    fc.assert(
      fc.property(segments, fc.double({ min: 0, max: 0.999, noNaN: true }), (profile, part) => {
        const schedule = new ArrivalSchedule(profile);
        const n = Math.floor(part * schedule.total);
        fc.pre(schedule.total > 0);
        expect(integral(profile, schedule.dueAt(n))).toBeCloseTo(n, 5);
      }),
      { numRuns: 500 },
    );
  });

  it('is monotone, within the profile, and has an arrival for every whole number below the total', () => {
    fc.assert(
      fc.property(segments, (profile) => {
        const schedule = new ArrivalSchedule(profile);
        const due = instants(schedule);
        expect(due).toHaveLength(Math.ceil(schedule.total));
        expect(schedule.total).toBeCloseTo(integral(profile, length(profile)), 5);
        due.forEach((at, n) => {
          expect(at).toBeGreaterThanOrEqual(n === 0 ? 0 : due[n - 1] - 1e-9);
          expect(at).toBeLessThanOrEqual(length(profile) + 1e-9);
        });
      }),
    );
  });

  it('is due at once where the rate begins above zero', () => {
    fc.assert(
      fc.property(segments, (profile) => {
        fc.pre(profile[0].seconds > 0 && profile[0].from > 0);
        expect(new ArrivalSchedule(profile).dueAt(0)).toBe(0);
      }),
    );
  });

  it('does not notice where a stage is cut in two: fractions carry over', () => {
    const cut = fc.double({ min: 0.05, max: 0.95, noNaN: true });
    fc.assert(
      fc.property(segments, fc.nat(), cut, (profile, which, part) => {
        const at = which % profile.length;
        const { seconds, from, to } = profile[at];
        const middle = from + (to - from) * part;
        const halves = [
          { seconds: seconds * part, from, to: middle },
          { seconds: seconds * (1 - part), from: middle, to },
        ];
        const whole = new ArrivalSchedule(profile);
        const pieces = new ArrivalSchedule(profile.toSpliced(at, 1, ...halves));
        expect(pieces.total).toBeCloseTo(whole.total, 6);
        for (let n = 0; n < whole.total - 1; n += 7) {
          const due = pieces.dueAt(n);
          expect(integral(profile, due)).toBeCloseTo(n, 5);
        }
      }),
    );
  });

  it.each([
    [[{ seconds: 2, from: 10, to: 10 }], [0, 0.1, 0.2, 0.3]],
    [[{ seconds: 2, from: 0, to: 4 }], [0, 1, Math.SQRT2, Math.sqrt(3)]],
    [[{ seconds: 2, from: 4, to: 0 }], [0, 2 - Math.sqrt(3), 2 - Math.SQRT2, 1]],
    [
      [
        { seconds: 10, from: 0, to: 0 },
        { seconds: 1, from: 2, to: 2 },
      ],
      [10, 10.5],
    ],
    [
      [
        { seconds: 1, from: 2, to: 2 },
        { seconds: 5, from: 0, to: 0 },
        { seconds: 1, from: 2, to: 2 },
      ],
      [0, 0.5, 6, 6.5],
    ],
    [
      [
        { seconds: 1, from: 1.5, to: 1.5 },
        { seconds: 1, from: 1.5, to: 1.5 },
      ],
      [0, 1 / 1.5, 2 / 1.5],
    ],
    [
      [
        { seconds: 0, from: 0, to: 9 },
        { seconds: 1, from: 2, to: 2 },
      ],
      [0, 0.5],
    ],
  ])('%j', (profile, expected) => {
    const schedule = new ArrivalSchedule(profile);
    for (const [n, at] of expected.entries()) expect(schedule.dueAt(n)).toBeCloseTo(at, 9);
  });

  it('without a rate or without time has no arrivals', () => {
    expect(instants(new ArrivalSchedule([{ seconds: 5, from: 0, to: 0 }]))).toEqual([]);
    expect(instants(new ArrivalSchedule([{ seconds: 0, from: 5, to: 5 }]))).toEqual([]);
    expect(instants(new ArrivalSchedule([]))).toEqual([]);
  });

  it('is one schedule however many workers share it', () => {
    fc.assert(
      fc.property(segments, fc.integer({ min: 1, max: 7 }), (profile, workers) => {
        const schedule = new ArrivalSchedule(profile);
        const all = instants(schedule);
        const striped = Array.from({ length: workers }, (_, worker) => {
          const own: number[] = [];
          for (let n = worker; schedule.dueAt(n) !== Number.POSITIVE_INFINITY; n += workers)
            own.push(schedule.dueAt(n));
          expect(own).toHaveLength(share(all.length, worker, workers));
          return own;
        });
        expect(striped.flat().toSorted((a, b) => a - b)).toEqual(all.toSorted((a, b) => a - b));
      }),
    );
  });
});

describe('share', () => {
  it('counts the numbers that are congruent, and all shares make the whole', () => {
    fc.assert(
      fc.property(fc.nat({ max: 1000 }), fc.integer({ min: 1, max: 16 }), (count, modulus) => {
        const shares = Array.from({ length: modulus }, (_, remainder) => {
          const own = Array.from({ length: count }, (_, n) => n).filter((n) => n % modulus === remainder).length;
          expect(share(count, remainder, modulus)).toBe(own);
          return own;
        });
        expect(shares.reduce((sum, own) => sum + own, 0)).toBe(count);
      }),
    );
  });
});
