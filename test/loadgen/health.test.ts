import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { CpuWait, observeGc, Stalls } from '../../src/loadgen/health.ts';

describe('Stalls', () => {
  it.each([
    ['woken on time', { elapsed: 50, asked: 50, cpu: 1, wait: 0 }, 0],
    ['asked to sleep for long', { elapsed: 1000, asked: 1000, cpu: 1, wait: 0 }, 0],
    ['at work the whole time', { elapsed: 300, asked: 50, cpu: 298, wait: 0 }, 0],
    ['late as schedulers are', { elapsed: 99, asked: 50, cpu: 1, wait: 0 }, 0],
    ['kept from its core by another program', { elapsed: 550, asked: 50, cpu: 1, wait: 480 }, 0],
    ['stopped in its sleep', { elapsed: 550, asked: 50, cpu: 1, wait: 0 }, 500],
    ['stopped at work', { elapsed: 550, asked: 50, cpu: 90, wait: 0 }, 460],
    ['stopped, and then had no core', { elapsed: 550, asked: 50, cpu: 1, wait: 100 }, 400],
    ['stopped for just long enough', { elapsed: 100, asked: 50, cpu: 1, wait: 0 }, 50],
  ])('of a thread that was %s', (_, { elapsed, asked, cpu, wait }, expected) => {
    let used = 7;
    let waited = 3;
    const stalls = new Stalls(
      100,
      () => used,
      () => waited,
    );
    used += cpu;
    waited += wait;
    stalls.woken(100 + elapsed, 100 + asked);
    const at = expected === 0 ? 0 : 100 + elapsed - expected;
    expect(stalls.take()).toEqual({ total: expected, longest: expected, at });
    expect(stalls.take(), 'told once').toMatchObject({ total: 0, longest: 0 });
  });

  it('add up, and the longest is kept', () => {
    const stalls = new Stalls(
      0,
      () => 0,
      () => 0,
    );
    stalls.woken(110, 50);
    stalls.woken(260, 160);
    stalls.woken(400, 310);
    expect(stalls.take()).toEqual({ total: 60 + 100 + 90, longest: 100, at: 160 });
  });

  it('are found by the clocks of this thread', () => {
    const stalls = new Stalls();
    const due = performance.now();
    // Neither asleep as asked nor at work: what being stopped looks like from within.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 150);
    stalls.woken(performance.now(), due);
    expect(stalls.take().longest).toBeGreaterThan(130);
  });
});

describe('CpuWait', () => {
  it('grows while another thread has the core, where the system counts it', () => {
    const wait = new CpuWait().take();
    expect(wait === null || wait >= 0).toBe(true);
    expect(wait === null).toBe(process.platform !== 'linux');
  });
});

describe('observeGc', () => {
  it('counts collections and how long they took', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const totals = observeGc();
    collect();
    while (totals.count === 0) await nextTurn();
    expect(totals.totalMillis).toBeGreaterThan(0);
    expect(totals.maxMillis).toBeLessThanOrEqual(totals.totalMillis);
  });
});
