import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { Alarm } from '../../src/loadgen/alarm.ts';
import { now } from '../../src/loadgen/clock.ts';

/** An alarm that is ready, and when it rang. */
async function started(): Promise<{ alarm: Alarm; rings: number[] }> {
  const rings: number[] = [];
  const alarm = new Alarm(() => rings.push(now()));
  onTestFinished(() => alarm.close());
  await expect.poll(() => alarm.ready).toBe(true);
  return { alarm, rings };
}

it('rings at instants between whole milliseconds, never before', async () => {
  const { alarm, rings } = await started();
  for (const wait of [0, 0.3, 2.7, 10.2, -5]) {
    const due = now() + wait;
    const before = rings.length;
    alarm.set(due);
    await expect.poll(() => rings.length, { interval: 1 }).toBe(before + 1);
    // The two threads read their offsets to the shared clock apart.
    expect(rings[before]).toBeGreaterThanOrEqual(due - 0.05);
  }
});

it('rings for the instant it was set to last', async () => {
  const { alarm, rings } = await started();
  alarm.set(now() + 60_000);
  alarm.set(now() + 5);
  await expect.poll(() => rings.length, { interval: 1 }).toBe(1);
  alarm.set(now() + 40);
  alarm.set(now() + 60_000);
  await sleep(80);
  expect(rings).toHaveLength(1);
});

it('keeps no process alive, and rings no more once closed', async () => {
  const { alarm, rings } = await started();
  alarm.set(now() + 20);
  alarm.close();
  await sleep(50);
  expect(rings).toEqual([]);
});
