import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planeOf } from '../support/plane.ts';

const sessionIdleMillis = 1000;

describe('SessionStore', () => {
  it('ends exactly the sessions that have been idle for too long, whatever the order of use', () => {
    const uses = fc.array(fc.record({ which: fc.nat({ max: 9 }), wait: fc.integer({ min: 0, max: 400 }) }), {
      maxLength: 60,
    });
    const property = fc.property(uses, (used) => {
      const plane = planeOf({ limits: { sessionIdleMillis } });
      const sessions = Array.from({ length: 10 }, () => plane.store.create('ada'));
      for (const { which, wait } of used) {
        plane.now += wait;
        const session = plane.store.find(`${sessions[which]?.id}`, 'ada');
        if (session !== undefined) session.lastUsed = plane.now;
        plane.store.sweep(plane.now);
        const fresh = sessions.filter((known) => known && plane.now - known.lastUsed <= sessionIdleMillis);
        expect(plane.store.size).toBe(fresh.length);
      }
    });
    fc.assert(property);
  });

  it('keeps a session with a request in flight', () => {
    const plane = planeOf({ limits: { sessionIdleMillis } });
    const session = plane.store.create('ada');
    session.inFlight = 1;
    plane.store.sweep(plane.now + 2 * sessionIdleMillis);
    expect(plane.store.size).toBe(1);
    session.inFlight = 0;
    plane.store.sweep(plane.now + 2 * sessionIdleMillis);
    expect(plane.store.size).toBe(0);
  });
});
