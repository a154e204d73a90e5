import { describe, expect, it } from 'vitest';
import { now, processClockOffset, ReleaseClock } from '../../src/loadgen/clock.ts';

describe('ReleaseClock', () => {
  it('releases the first exchange of a callback at the instant the callback read, later ones at their own', () => {
    const clock = new ReleaseClock();
    const callback = now();
    expect(clock.at(callback)).toBe(callback);
    const second = clock.at(callback);
    const third = clock.at(callback);
    expect(second).toBeGreaterThan(callback);
    expect(third).toBeGreaterThanOrEqual(second);
  });

  it('begins anew with every callback', () => {
    const clock = new ReleaseClock();
    expect(clock.at(1)).toBe(1);
    expect(clock.at(2)).toBe(2);
  });
});

it('the offset leads from this thread to the clock of the process', () => {
  const before = Number(process.hrtime.bigint()) / 1e6;
  const translated = now() + processClockOffset();
  const after = Number(process.hrtime.bigint()) / 1e6;
  expect(translated).toBeGreaterThan(before - 0.01);
  expect(translated).toBeLessThan(after + 0.01);
});
