import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TimerQueue } from '../../src/loadgen/timers.ts';

/** A queue that keeps what it said about its next instant. */
function queueOf() {
  const told: number[] = [];
  return { queue: new TimerQueue((at) => told.push(at)), told };
}

describe('TimerQueue', () => {
  it('fires what is due, in order, each once, and nothing else', () => {
    const times = fc.array(fc.nat({ max: 30 }));
    fc.assert(
      fc.property(times, fc.array(fc.nat({ max: 12 })), (due, waits) => {
        const { queue } = queueOf();
        const fired: number[] = [];
        for (const at of due) queue.add(at, { fire: () => fired.push(at) });
        let now = 0;
        for (const wait of waits) {
          now += wait;
          queue.run(now);
          expect(fired).toEqual(due.filter((at) => at <= now).toSorted((a, b) => a - b));
          expect(queue.next).toBe(Math.min(...due.filter((at) => at > now), Number.POSITIVE_INFINITY));
        }
      }),
    );
  });

  it('hands every target its own timer and the time of the run', () => {
    const { queue } = queueOf();
    const fired: [string, number][] = [];
    for (const name of ['a', 'b', 'c']) queue.add(5, { fire: (now) => fired.push([name, now]) });
    queue.run(4);
    expect(fired).toEqual([]);
    queue.run(9);
    expect(fired.toSorted()).toEqual([
      ['a', 9],
      ['b', 9],
      ['c', 9],
    ]);
  });

  it('keeps what is added while firing for the next run, however early it is due', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat({ max: 9 }), fc.nat({ max: 9 })), { minLength: 1 }), (timers) => {
        const { queue } = queueOf();
        const first: number[] = [];
        const second: number[] = [];
        for (const [at, again] of timers)
          queue.add(at, {
            fire() {
              first.push(at);
              queue.add(again, { fire: () => second.push(again) });
            },
          });
        queue.run(9);
        expect(first).toEqual(timers.map(([at]) => at).toSorted((a, b) => a - b));
        expect(second).toEqual([]);
        expect(queue.next).toBe(Math.min(...timers.map(([, again]) => again)));
        queue.run(9);
        expect(second).toEqual(timers.map(([, again]) => again).toSorted((a, b) => a - b));
        expect(queue.next).toBe(Number.POSITIVE_INFINITY);
      }),
    );
  });

  it('tells when it has to be run sooner than it said before', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 99 })), (times) => {
        const { queue, told } = queueOf();
        const expected: number[] = [];
        for (const at of times) {
          if (at < queue.next) expected.push(at);
          queue.add(at, { fire: () => undefined });
        }
        expect(told).toEqual(expected);
      }),
    );
  });
});
