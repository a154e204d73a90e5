import { expect, it } from 'vitest';
import { now, processClockOffset } from '../../src/loadgen/clock.ts';

it('the offset leads from this thread to the clock of the process', () => {
  const before = Number(process.hrtime.bigint()) / 1e6;
  const translated = now() + processClockOffset();
  const after = Number(process.hrtime.bigint()) / 1e6;
  expect(translated).toBeGreaterThan(before - 0.01);
  expect(translated).toBeLessThan(after + 0.01);
});
