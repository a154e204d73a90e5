import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LevelSteps } from '../../src/loadgen/levels.ts';
import type { Segment } from '../../src/loadgen/pacer.ts';

const level = fc.nat({ max: 60 });
const seconds = fc.oneof(fc.integer({ min: 1, max: 5 }), fc.double({ min: 0.05, max: 3, noNaN: true }));
const segments: fc.Arbitrary<Segment[]> = fc.array(fc.record({ seconds, from: level, to: level }), {
  minLength: 1,
  maxLength: 5,
});

interface Step {
  readonly at: number;
  readonly level: number;
}

function stepsOf(profile: readonly Segment[]): Step[] {
  const steps = new LevelSteps(profile);
  const taken: Step[] = [];
  while (steps.next !== Number.POSITIVE_INFINITY) {
    const at = steps.next;
    steps.step();
    taken.push({ at, level: steps.level });
  }
  return taken;
}

const length = (profile: readonly Segment[]) => profile.reduce((sum, segment) => sum + segment.seconds, 0);

/** Level of the profile, cut into thin slices and rounded as k6 does. */
function roundedAt(profile: readonly Segment[], at: number): number {
  let start = 0;
  for (const { seconds, from, to } of profile) {
    if (at < start + seconds) {
      const exact = from + ((to - from) * (at - start)) / seconds;
      return to >= from ? Math.floor(exact) : Math.ceil(exact);
    }
    start += seconds;
  }
  return Number.NaN;
}

describe('LevelSteps', () => {
  it('is the level of the profile, rounded down on the way up and up on the way down', () => {
    fc.assert(
      fc.property(
        segments,
        fc.array(fc.double({ min: 0.001, max: 0.999, noNaN: true }), { minLength: 20 }),
        (profile, parts) => {
          const steps = stepsOf(profile);
          for (const part of parts) {
            const at = part * length(profile);
            const near = steps.some((step) => Math.abs(step.at - at) < 1e-9);
            if (!near) expect(steps.findLast((step) => step.at <= at)?.level).toBe(roundedAt(profile, at));
          }
        },
      ),
    );
  });

  it('loses to rounding on the way up what it gains on the way down: half a user over each slope', () => {
    fc.assert(
      fc.property(segments, (profile) => {
        const steps = [...stepsOf(profile), { at: length(profile), level: 0 }];
        const users = steps.slice(1).reduce((sum, { at }, i) => sum + steps[i].level * (at - steps[i].at), 0);
        const exact = profile.reduce((sum, { seconds, from, to }) => {
          const half = Math.sign(from - to) * (seconds / 2);
          return sum + ((from + to) / 2) * seconds + half;
        }, 0);
        expect(users).toBeCloseTo(exact, 6);
      }),
    );
  });

  it('changes by one user at a time within a stage, and its steps are in order', () => {
    fc.assert(
      fc.property(segments, (profile) => {
        const steps = stepsOf(profile);
        expect(steps).toHaveLength(profile.reduce((sum, { from, to }) => sum + 1 + Math.abs(to - from), 0));
        for (const [i, { at }] of steps.entries()) if (i > 0) expect(at).toBeGreaterThanOrEqual(steps[i - 1].at);
      }),
    );
  });

  it.each([
    [
      [{ seconds: 4, from: 0, to: 2 }],
      [
        [0, 0],
        [2, 1],
        [4, 2],
      ],
    ],
    [
      [{ seconds: 4, from: 2, to: 0 }],
      [
        [0, 2],
        [2, 1],
        [4, 0],
      ],
    ],
    [[{ seconds: 3, from: 5, to: 5 }], [[0, 5]]],
    [
      [
        { seconds: 1, from: 1, to: 1 },
        { seconds: 2, from: 4, to: 5 },
      ],
      [
        [0, 1],
        [1, 4],
        [3, 5],
      ],
    ],
    [[], []],
  ])('%j', (profile, expected) => {
    expect(stepsOf(profile).map(({ at, level }) => [at, level])).toEqual(expected);
  });
});
