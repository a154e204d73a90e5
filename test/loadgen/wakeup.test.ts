import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { now } from '../../src/loadgen/clock.ts';
import { Wakeup } from '../../src/loadgen/wakeup.ts';

const far = 60_000;
const started: Wakeup[] = [];
afterEach(() => {
  for (const wakeup of started.splice(0)) wakeup.stop();
});

function start(
  work: (now: number) => number,
  { spin = false, precise = false, turn = () => {} }: { spin?: boolean; precise?: boolean; turn?: () => void } = {},
) {
  const wakeup = new Wakeup(work, { spin, precise }, turn);
  started.push(wakeup);
  wakeup.start();
  return wakeup;
}

describe('Wakeup', () => {
  it.each([
    { spin: false, precise: false },
    { spin: true, precise: false },
    { spin: false, precise: true },
  ])('works when it is due and never before: %j', async (how) => {
    const over = Promise.withResolvers<void>();
    const waits = [0, 0.3, 1.1, 1.3, 5, 0, 30];
    const early: number[] = [];
    let due = Number.NEGATIVE_INFINITY;
    start((at) => {
      if (at < due) early.push(due - at);
      const wait = waits.shift();
      if (wait === undefined) over.resolve();
      due = at + (wait ?? far);
      return due;
    }, how);
    await over.promise;
    expect(early).toEqual([]);
  });

  it('wakes for what is added while it sleeps', async () => {
    const over = Promise.withResolvers<number>();
    let calls = 0;
    const wakeup = start((at) => {
      if (++calls === 2) over.resolve(at);
      return at + far;
    });
    expect(calls).toBe(1);
    const due = now() + 3;
    wakeup.sooner(due + 2);
    wakeup.sooner(due);
    wakeup.sooner(due + 1);
    expect(await over.promise).toBeGreaterThanOrEqual(due);
    expect(calls).toBe(2);
  });

  it('looks for work again where none was known', async () => {
    const over = Promise.withResolvers<void>();
    let calls = 0;
    start(() => {
      if (++calls === 3) over.resolve();
      return Number.POSITIVE_INFINITY;
    });
    await over.promise;
  });

  it('is one loop, also when its own work adds something', async () => {
    let turns = 0;
    const wakeup: Wakeup = start(
      (at) => {
        started[0]?.sooner(at + 1);
        return Number.POSITIVE_INFINITY;
      },
      { spin: true, turn: () => turns++ },
    );
    for (let i = 0; i < 3; i++) await nextTurn();
    turns = 0;
    for (let i = 0; i < 20; i++) await nextTurn();
    expect(turns).toBeLessThanOrEqual(21);
    expect(turns).toBeGreaterThan(15);
    wakeup.stop();
  });

  it.each([false, true])('does nothing more once stopped, spinning: %s', async (spin) => {
    let calls = 0;
    const wakeup = start(
      (at) => {
        calls++;
        return at;
      },
      { spin },
    );
    for (let i = 0; i < 5; i++) await nextTurn();
    const before = calls;
    expect(before).toBeGreaterThan(1);
    wakeup.stop();
    wakeup.sooner(now());
    for (let i = 0; i < 5; i++) await nextTurn();
    expect(calls).toBe(before);
  });

  it('can be stopped by its own work', async () => {
    let calls = 0;
    start((at) => {
      calls++;
      started[0]?.stop();
      return at;
    });
    const inWork = calls;
    for (let i = 0; i < 5; i++) await nextTurn();
    expect(calls).toBeLessThanOrEqual(inWork + 1);
  });
});
