import { describe, expect, it, onTestFinished } from 'vitest';
import type { GatewayOptions } from '../../../src/gateway/config.ts';
import type { HttpSession } from '../../../src/gateway/http/session.ts';
import type { Exchange } from '../../../src/router/exchange.ts';
import { quiet } from '../../contracts/frontend.ts';
import { EventReader } from '../../support/event-reader.ts';
import { HeldBackend } from '../../support/held-backend.ts';
import { listeningPlane } from '../../support/plane.ts';
import { call, initialize, jsonHeaders } from '../clients.ts';

const note = (text: string) =>
  Buffer.from(`{"jsonrpc":"2.0","method":"notifications/message","params":{"data":"${text}"}}`);
const result = Buffer.from('{"content":[]}');
const events = { accept: 'text/event-stream' };

async function setUp(options: GatewayOptions = {}, revision = '2025-11-25') {
  const backend = new HeldBackend();
  const { plane, url, close } = await listeningPlane({ ...quiet, ...options }, backend);
  onTestFinished(close);
  const post = (body: string, headers = {}, signal?: AbortSignal) =>
    fetch(url, { method: 'POST', body, headers: { ...jsonHeaders, ...headers }, ...(signal && { signal }) });
  const opened = await post(initialize.replace('2025-11-25', revision));
  const id = `${opened.headers.get('mcp-session-id')}`;
  await opened.text();
  const headers = { 'mcp-session-id': id };
  return {
    ...{ backend, plane, url, headers, post },
    session: plane.store.find(id, 'anonymous') as HttpSession,
    listen: async (more = {}) => new EventReader(await fetch(url, { headers: { ...events, ...headers, ...more } })),
    /** A call of a tool under way, and its exchange. */
    begin: async (signal?: AbortSignal) => {
      const before = backend.held.length;
      const response = post(call('c', '{"message":"x"}'), headers, signal);
      await expect.poll(() => backend.held.length).toBe(before + 1);
      return { response, exchange: backend.held[before] as Exchange };
    },
  };
}

describe('the stream of a session', () => {
  it('begins with what a client needs to come back, and carries what belongs to no request', async () => {
    const { session, listen } = await setUp();
    const stream = await listen();
    expect(stream.response.status).toBe(200);
    expect(stream.response.headers.get('x-accel-buffering')).toBe('no');
    const first = await stream.next();
    expect(first).toMatchObject({ id: '0.1-0', data: '' });
    expect(first?.text).toMatch(/^retry: \d+$/m);
    session.notify(note('a'));
    expect(await stream.message()).toMatchObject({ id: '0.1-1', data: `${note('a')}` });
    await stream.leave();
  });

  it('begins without an event for clients that do not know of it', async () => {
    const { session, listen } = await setUp({}, '2025-06-18');
    const stream = await listen();
    expect(await stream.next()).toMatchObject({ id: undefined, data: undefined });
    session.notify(note('a'));
    expect(await stream.next()).toMatchObject({ data: `${note('a')}` });
    await stream.leave();
  });

  it('is one: a second is refused as long as the first stands', async () => {
    const { url, headers, listen } = await setUp();
    const stream = await listen();
    await stream.next();
    const second = await fetch(url, { headers: { ...events, ...headers } });
    expect(second.status).toBe(409);
    expect(JSON.parse(await second.text()).error.code).toBe(-32600);
    await stream.leave();
    await expect.poll(async () => (await listen()).response.status).toBe(200);
  });

  it('gives a client that comes back what it has missed on it, and nothing of other streams', async () => {
    const { session, listen, begin } = await setUp();
    const stream = await listen();
    session.notify(note('a'));
    const { id } = await stream.message();
    await stream.leave();
    await expect.poll(() => session.attended).toBe(false);
    session.notify(note('b'));
    const { response, exchange } = await begin();
    exchange.notify(note('other'));
    exchange.result(result);
    expect(await (await response).text()).toContain('other');
    session.notify(note('c'));
    const again = await listen({ 'last-event-id': id });
    expect([(await again.message()).data, (await again.message()).data]).toEqual([`${note('b')}`, `${note('c')}`]);
    session.notify(note('d'));
    expect((await again.message()).data).toBe(`${note('d')}`);
    await again.leave();
  });

  it('passes to a client that comes back though its old connection seems to stand', async () => {
    const { session, listen } = await setUp();
    const stream = await listen();
    const primed = await stream.next();
    const again = await listen({ 'last-event-id': primed?.id });
    session.notify(note('a'));
    expect((await again.message()).data).toBe(`${note('a')}`);
    expect(await stream.next()).toBeUndefined();
    await again.leave();
  });

  it('is not continued by an event of another session, or of none', async () => {
    const { listen, post, url, session } = await setUp();
    const stream = await listen();
    session.notify(note('secret'));
    const { id } = await stream.message();
    const other = { 'mcp-session-id': `${(await post(initialize)).headers.get('mcp-session-id')}` };
    for (const lastId of [id, 'nonsense', '0.9-1', '0.1-99999999999999999999']) {
      const refused = await fetch(url, { headers: { ...events, ...other, 'last-event-id': `${lastId}` } });
      expect([refused.status, (await refused.text()).includes('secret')]).toEqual([400, false]);
    }
    await stream.leave();
  });

  it('needs a session, and a client that takes events', async () => {
    const { url, headers } = await setUp();
    const status = async (sent: object) => (await fetch(url, { headers: { ...sent } })).status;
    expect(await status(events)).toBe(400);
    expect(await status({ ...events, 'mcp-session-id': 'f'.repeat(32) })).toBe(404);
    expect(await status({ ...headers, accept: 'application/json' })).toBe(406);
  });

  it('says something now and then', async () => {
    const { listen } = await setUp({ limits: { eventSilenceMillis: 50 } });
    const stream = await listen();
    await stream.next();
    for (let i = 0; i < 3; i++)
      expect(await stream.next()).toMatchObject({ id: undefined, data: undefined, text: ':' });
    await stream.leave();
  });

  it('ends with the session', async () => {
    const { url, headers, listen } = await setUp();
    const stream = await listen();
    await stream.next();
    await fetch(url, { method: 'DELETE', headers });
    expect(await stream.next()).toBeUndefined();
  });

  it('ends when the gateway is drained', async () => {
    const { plane, listen } = await setUp();
    const stream = await listen();
    await stream.next();
    plane.drain('');
    expect(await stream.next()).toBeUndefined();
  });
});

describe('the stream of a request', () => {
  it('goes on without its client, which may come back for the result', async () => {
    const { listen, begin, backend } = await setUp();
    const left = new AbortController();
    const { response, exchange } = await begin(left.signal);
    exchange.notify(note('a'));
    const stream = new EventReader(await response);
    const { id } = await stream.message();
    left.abort();
    await expect(stream.next()).rejects.toThrow();
    exchange.notify(note('b'));
    exchange.result(result);
    expect(backend.cancelled).toEqual([]);
    const again = await listen({ 'last-event-id': id });
    expect((await again.message()).data).toBe(`${note('b')}`);
    expect(JSON.parse(`${(await again.message()).data}`)).toEqual({ jsonrpc: '2.0', id: 'c', result: { content: [] } });
    expect(await again.next()).toBeUndefined();
  });

  it('begins when the reply takes long', async () => {
    const { begin, listen } = await setUp({ limits: { eventSilenceMillis: 50 } });
    const { response, exchange } = await begin();
    const stream = new EventReader(await response);
    expect(await stream.next()).toMatchObject({ id: '0.1-0', data: '' });
    expect(await stream.next()).toMatchObject({ text: ':' });
    exchange.result(result);
    expect((await stream.message()).id).toBe('0.1-1');
    expect(await stream.next()).toBeUndefined();
    const again = await listen({ 'last-event-id': '0.1-0' });
    expect((await again.message()).id).toBe('0.1-1');
  });

  it('ends without a reply when the request is cancelled', async () => {
    const { begin, post, headers, backend } = await setUp();
    const { response, exchange } = await begin();
    exchange.notify(note('a'));
    const stream = new EventReader(await response);
    await stream.message();
    await post('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"c"}}', headers);
    expect(await stream.next()).toBeUndefined();
    expect(backend.cancelled).toEqual([exchange]);
  });

  it('is no stream for who takes none', async () => {
    const { post, headers, backend } = await setUp();
    const response = post(call('c', '{"message":"x"}'), { ...headers, accept: 'application/json' });
    await expect.poll(() => backend.held.length).toBe(1);
    backend.held[0]?.notify(note('a'));
    backend.held[0]?.result(result);
    expect(JSON.parse(await (await response).text())).toMatchObject({ id: 'c' });
  });
});
