import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DueList } from '../../src/gateway/due-list.ts';

describe('DueList', () => {
  it('looks at everything in time, never before it, and at nothing twice', () => {
    const times = fc.array(fc.integer({ min: 0, max: 9_000 }), { maxLength: 50 });
    const steps = fc.array(fc.integer({ min: 1, max: 700 }), { maxLength: 40 });
    const property = fc.property(fc.integer({ min: 0, max: 10_000 }), times, steps, (start, after, sweeps) => {
      const list = new DueList(start);
      const looks = after.map(() => 0);
      let now = start;
      after.forEach((wait, index) => {
        const due = (at: number): number => {
          expect(at).toBeGreaterThanOrEqual(start + wait);
          looks[index]++;
          return Number.POSITIVE_INFINITY;
        };
        list.add({ due }, start + wait);
      });
      for (const step of sweeps) {
        now += step;
        list.sweep(now);
        after.forEach((wait, index) => {
          if (now >= start + wait + 100) expect(looks[index]).toBe(1);
        });
      }
      expect(looks.every((count) => count <= 1)).toBe(true);
    });
    fc.assert(property);
  });

  it('looks again when it is told to, and at what is far away every ten seconds', () => {
    const list = new DueList(0);
    const looks: number[] = [];
    const hour = 3_600_000;
    const due = (now: number): number => {
      looks.push(now);
      return now < hour ? hour : Number.POSITIVE_INFINITY;
    };
    list.add({ due }, hour);
    for (let now = 0; now <= hour + 1000; now += 100) list.sweep(now);
    expect(looks.length).toBeLessThanOrEqual(hour / 10_000 + 2);
    expect(looks.at(-1)).toBeGreaterThanOrEqual(hour);
  });

  it('forgets what need not be looked at any more', () => {
    const list = new DueList(0);
    list.add({ due: () => expect.unreachable('looked at') }, Number.POSITIVE_INFINITY);
    for (let now = 0; now < 30_000; now += 100) list.sweep(now);
  });
});
