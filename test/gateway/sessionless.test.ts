import { describe, expect, it } from 'vitest';
import { EchoBackend } from '../../src/router/backends/echo.ts';
import type { Caller } from '../../src/router/exchange.ts';
import { planeOf } from '../support/plane.ts';

class Ending extends EchoBackend {
  readonly ended: string[] = [];

  override end(caller?: Caller): void {
    this.ended.push(`${caller?.subject}`);
  }
}

const setUp = (sessionless: number) => {
  const backend = new Ending({ worker: 0, version: '0' });
  const plane = planeOf({ limits: { sessionless, sessionIdleMillis: 1000 } }, backend);
  return { plane, ended: backend.ended, sessions: plane.sessionless };
};

describe('Sessionless', () => {
  it('has one session a subject, and ends the one used longest ago when there are too many', () => {
    const { sessions, ended } = setUp(2);
    const ada = sessions.of('ada');
    sessions.of('bob');
    expect(sessions.of('ada')).toBe(ada);
    sessions.of('eve');
    expect(ended).toEqual(['bob']);
    expect(sessions.of('ada')).toBe(ada);
  });

  it('keeps those with requests in flight, and ends them when too many come later', () => {
    const { sessions, ended } = setUp(1);
    const ada = sessions.of('ada');
    ada.inFlight = 1;
    sessions.of('bob');
    expect(ended).toEqual([]);
    sessions.of('eve');
    expect(ended).toEqual(['bob']);
    ada.inFlight = 0;
    sessions.of('joe');
    expect(ended).toEqual(['bob', 'ada', 'eve']);
  });

  it('ends those idle for too long', () => {
    const { plane, sessions, ended } = setUp(10);
    sessions.of('ada');
    sessions.of('bob').lastUsed += 500;
    sessions.sweep(plane.now + 1200);
    expect(ended).toEqual(['ada']);
    const again = sessions.of('bob');
    sessions.sweep(plane.now + 2000);
    expect(ended).toEqual(['ada', 'bob']);
    expect(sessions.of('bob')).not.toBe(again);
  });
});
