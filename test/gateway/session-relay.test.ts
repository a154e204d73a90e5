import { describe, expect, it } from 'vitest';
import type { SessionRecord, ToWorker } from '../../src/gateway/protocol.ts';
import { SessionRelay } from '../../src/gateway/session-relay.ts';

const record: SessionRecord = { id: 's', owner: 0, slot: -1, subject: 'x', client: undefined, upstream: undefined };

describe('SessionRelay', () => {
  const setUp = (workers: number) => {
    const sent: [number, ToWorker['type']][] = [];
    const relay = new SessionRelay((to, message) => sent.push([to, message.type]));
    for (let worker = 0; worker < workers; worker++) relay.join(worker);
    return { relay, sent };
  };

  it('tells the opener once all others have stored the session', () => {
    const { relay, sent } = setUp(3);
    relay.receive(1, { type: 'session-opened', record });
    relay.receive(0, { type: 'session-stored', id: 's' });
    expect(sent).toEqual([
      [0, 'session-opened'],
      [2, 'session-opened'],
    ]);
    relay.receive(2, { type: 'session-stored', id: 's' });
    expect(sent.at(-1)).toEqual([1, 'session-known']);
  });

  it('hands words on to one worker or to all others, and says who is not there', () => {
    const { relay, sent } = setUp(3);
    relay.receive(0, { type: 'session-hops', to: 2, hops: [] });
    relay.receive(0, { type: 'session-hops', to: 'others', hops: [] });
    relay.receive(0, { type: 'session-hops', to: 7, hops: [] });
    expect(sent).toEqual([
      [2, 'session-hops'],
      [1, 'session-hops'],
      [2, 'session-hops'],
      [0, 'sessions-lost'],
    ]);
  });

  it('does not wait for a worker that is gone', () => {
    const { relay, sent } = setUp(2);
    relay.receive(0, { type: 'session-opened', record });
    relay.leave(1);
    expect(sent.at(-1)).toEqual([0, 'session-known']);
  });

  it('tells all others that a session has ended', () => {
    const { relay, sent } = setUp(3);
    relay.receive(2, { type: 'session-ended', id: 's' });
    expect(sent).toEqual([
      [0, 'session-ended'],
      [1, 'session-ended'],
    ]);
  });
});
