import { describe, expect, it } from 'vitest';
import { seriesOf } from '../../src/gateway/counters.ts';
import type { Channel } from '../../src/gateway/frontend.ts';
import { Session } from '../../src/gateway/session.ts';
import { readMessage } from '../../src/wire/jsonrpc.ts';
import { eras, methodIndex, type Refusal, transports } from '../../src/wire/mcp.ts';
import { MetaKey } from '../../src/wire/modern.ts';
import { planeOf } from '../support/plane.ts';

/** Keeps what a client would get. */
class Mailbox implements Channel {
  readonly maxReply = Number.POSITIVE_INFINITY;
  readonly tailroom = 0;
  readonly messages: string[] = [];

  headroom(): number {
    return 0;
  }

  send(frame: Buffer): void {
    this.messages.push(frame.toString());
  }

  refusal(refusal: Refusal): Buffer {
    return Buffer.from(JSON.stringify(refusal));
  }

  abandon(): void {}

  pause(): void {}

  resume(): void {}
}

const setUp = () => {
  const plane = planeOf({});
  const channel = new Mailbox();
  const session = new Session(plane, { id: 'a', subject: 'ada', transport: 'tcp', channel, maxInFlight: 10 });
  const receive = (message: object) =>
    session.receive(readMessage(Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }))), channel);
  return { plane, channel, session, receive };
};

describe('Session', () => {
  it('counts each message under the era it says it is of', () => {
    const { plane, receive, channel } = setUp();
    const params = { _meta: { [MetaKey.protocolVersion]: '2026-07-28' } };
    receive({ id: 1, method: 'tools/list' });
    receive({ id: 2, method: 'tools/list', params });
    receive({ id: 3, method: 'tools/list', params });
    receive({ method: 'notifications/progress', params });
    expect(channel.messages).toHaveLength(3);
    const counted = (era: 'legacy' | 'modern', method: keyof typeof methodIndex) =>
      plane.counters.cells.requests[seriesOf(transports.indexOf('tcp'), eras.indexOf(era)) + methodIndex[method]];
    expect(counted('legacy', 'tools/list')).toBe(1);
    expect(counted('modern', 'tools/list')).toBe(2);
    expect(counted('modern', 'notifications/progress')).toBe(1);
    expect(plane.pending.length).toBe(0);
  });
});
