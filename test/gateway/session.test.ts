import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { seriesOf } from '../../src/gateway/counters.ts';
import type { Channel } from '../../src/gateway/frontend.ts';
import { Session } from '../../src/gateway/session.ts';
import type { Answer } from '../../src/router/exchange.ts';
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

  const asked = (method: string, params = {}) =>
    readMessage(Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 'theirs', method, params })));
  const sampler = { protocolVersion: '2025-11-25', capabilities: '{"sampling":{}}', info: '{}' };
  const codeOf = ({ value }: Answer): number => JSON.parse(value.toString()).code;

  it('asks the client under an id of its own, and takes one answer', async () => {
    const { session, receive, channel } = setUp();
    session.client = sampler;
    const answer = session.ask(asked('sampling/createMessage', { maxTokens: 1.0 }));
    const [request] = channel.messages.map((text) => JSON.parse(text));
    expect(request).toEqual({ jsonrpc: '2.0', id: 1, method: 'sampling/createMessage', params: { maxTokens: 1 } });
    receive({ id: 'theirs', result: { wrong: true } });
    receive({ id: 2, result: { wrong: true } });
    receive({ id: 1, result: { model: 'm' } });
    receive({ id: 1, result: { wrong: true } });
    expect(await answer).toEqual({ member: 'result', value: Buffer.from('{"model":"m"}') });
  });

  it('takes no answer from another session', async () => {
    const { plane, session, channel } = setUp();
    session.client = sampler;
    const answer = session.ask(asked('sampling/createMessage'));
    const other = new Session(plane, { id: 'b', subject: 'eve', transport: 'tcp', channel, maxInFlight: 10 });
    other.receive(readMessage(Buffer.from('{"jsonrpc":"2.0","id":1,"result":{}}')), channel);
    session.end();
    expect(codeOf(await answer)).toBe(-32603);
  });

  it('does not ask for what the client has not declared', async () => {
    const { session, channel } = setUp();
    expect(codeOf(await session.ask(asked('sampling/createMessage')))).toBe(-32601);
    session.client = sampler;
    expect(codeOf(await session.ask(asked('elicitation/create')))).toBe(-32601);
    expect(codeOf(await session.ask(asked('no/such')))).toBe(-32601);
    expect(channel.messages).toEqual([]);
  });

  it('holds what belongs to no request until there is a stream', async () => {
    const { session, receive, channel } = setUp();
    session.client = sampler;
    session.stream = undefined;
    const answer = session.ask(asked('sampling/createMessage'));
    expect(channel.messages).toEqual([]);
    session.stream = channel;
    expect(channel.messages).toHaveLength(1);
    receive({ id: 1, error: { code: -1, message: 'rejected' } });
    expect(codeOf(await answer)).toBe(-1);
  });

  it('waits for a stream, and for an answer, so long and no longer', async () => {
    onTestFinished(() => void vi.useRealTimers());
    vi.useFakeTimers();
    const { session, channel } = setUp();
    session.client = sampler;
    session.stream = undefined;
    const homeless = session.ask(asked('sampling/createMessage'));
    vi.advanceTimersByTime(10_000);
    expect(codeOf(await homeless)).toBe(-32603);
    const answer = session.ask(asked('sampling/createMessage'));
    vi.advanceTimersByTime(9_000);
    session.stream = channel;
    const settled = vi.fn();
    answer.then(settled);
    await vi.advanceTimersByTimeAsync(59_000);
    expect(settled).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1_000);
    expect(codeOf(await answer)).toBe(-32603);
  });

  it('asks on the channel of the request a server serves, until that is over', async () => {
    const { plane, session, receive, channel } = setUp();
    session.client = sampler;
    plane.router.request = (exchange) => {
      answer = exchange.ask(asked('sampling/createMessage'));
      return { cancel: () => {}, pause: () => {}, resume: () => {} };
    };
    let answer: Promise<Answer> | undefined;
    session.stream = undefined;
    receive({ id: 'call', method: 'tools/call' });
    expect(channel.messages).toHaveLength(1);
    receive({ method: 'notifications/cancelled', params: { requestId: 'call' } });
    expect(codeOf((await answer) as Answer)).toBe(-32603);
    receive({ id: 1, result: {} });
    expect(channel.messages).toHaveLength(1);
  });

  it('lets a subscription go on without a time limit, until the gateway drains', () => {
    const { plane, receive, channel } = setUp();
    const cancelled = vi.fn();
    plane.router.request = () => ({ cancel: cancelled, pause: () => {}, resume: () => {} });
    const params = { _meta: { [MetaKey.protocolVersion]: '2026-07-28' } };
    receive({ id: 'stream', method: 'subscriptions/listen', params });
    receive({ id: 'call', method: 'tools/call', params });
    plane.pending.sweep(Number.MAX_VALUE);
    expect(channel.messages.map((text) => JSON.parse(text).id)).toEqual(['call']);
    expect(cancelled).toHaveBeenCalledOnce();
    plane.drain('test');
    expect(JSON.parse(channel.messages[1]).id).toBe('stream');
    expect(cancelled).toHaveBeenCalledTimes(2);
  });
});
