import { describe, expect, it, onTestFinished } from 'vitest';
import type { GatewayOptions } from '../../../src/gateway/config.ts';
import type { HttpSession } from '../../../src/gateway/http/session.ts';
import { readMessage } from '../../../src/wire/jsonrpc.ts';
import { quiet } from '../../contracts/frontend.ts';
import { EventReader } from '../../support/event-reader.ts';
import { HeldBackend } from '../../support/held-backend.ts';
import { listeningPlanes } from '../../support/planes.ts';
import { call, initialize, jsonHeaders } from '../clients.ts';

const note = (text: string) =>
  Buffer.from(`{"jsonrpc":"2.0","method":"notifications/message","params":{"data":"${text}"}}`);
const sampler = initialize.replace('"capabilities":{}', '"capabilities":{"sampling":{}}');
const question = readMessage(Buffer.from('{"jsonrpc":"2.0","id":"q","method":"sampling/createMessage","params":{}}'));

/** Two workers and a session that the first has opened. */
async function setUp(options: GatewayOptions = {}) {
  const backends = [new HeldBackend(), new HeldBackend()];
  const { planes, relay, close } = await listeningPlanes({ ...quiet, ...options }, backends);
  onTestFinished(close);
  const urls = planes.map(({ url }) => url);
  const post = (worker: number, body: string, headers = {}) =>
    fetch(`${urls[worker]}`, { method: 'POST', body, headers: { ...jsonHeaders, ...headers } });
  const opened = await post(0, sampler);
  const headers = { 'mcp-session-id': `${opened.headers.get('mcp-session-id')}` };
  await opened.text();
  const sessionAt = (worker: number) => planes[worker]?.plane.store.find(headers['mcp-session-id'], 'anonymous');
  return {
    ...{ backends, relay, headers },
    sessions: [sessionAt(0), sessionAt(1)] as HttpSession[],
    gone: (worker: number) => sessionAt(worker) === undefined,
    post: (worker: number, body: string) => post(worker, body, headers),
    listen: async (worker: number, more = {}) =>
      new EventReader(
        await fetch(`${urls[worker]}`, { headers: { accept: 'text/event-stream', ...headers, ...more } }),
      ),
    /** A call under way in a worker. */
    begin: async (worker: number) => {
      const response = post(worker, call('c', '{"message":"x"}'), headers);
      await expect.poll(() => backends[worker]?.held.length).toBe(1);
      return { response, exchange: backends[worker]?.held[0] };
    },
  };
}

describe('a session over several workers', () => {
  it('has one stream, whichever of them its client comes to', async () => {
    const { sessions, listen } = await setUp();
    const stream = await listen(1);
    expect(await stream.next()).toMatchObject({ id: '0.1-0', data: '' });
    sessions[0]?.notify(note('a'));
    const { id, data } = await stream.message();
    expect(data).toBe(`${note('a')}`);
    for (const worker of [0, 1]) expect((await listen(worker)).response.status).toBe(409);
    await stream.leave();
    await expect.poll(() => sessions[0]?.attended).toBe(false);
    sessions[0]?.notify(note('b'));
    const again = await listen(0, { 'last-event-id': id });
    expect((await again.message()).data).toBe(`${note('b')}`);
    await again.leave();
  });

  it('gives the rest of a stream to a client that comes back elsewhere', async () => {
    const { begin, listen } = await setUp();
    const { response, exchange } = await begin(1);
    exchange?.notify(note('a'));
    const stream = new EventReader(await response);
    const { id } = await stream.message();
    expect(id).toBe('1.1-1');
    await stream.leave();
    exchange?.result(Buffer.from('{}'));
    const again = await listen(0, { 'last-event-id': id });
    expect(JSON.parse(`${(await again.message()).data}`)).toEqual({ jsonrpc: '2.0', id: 'c', result: {} });
    expect(await again.next()).toBeUndefined();
    for (const unknown of ['1.9-1', '7.1-1', '999999999.1-1'])
      expect((await listen(0, { 'last-event-id': unknown })).response.status).toBe(400);
  });

  it('takes an answer where the client gives it', async () => {
    const { sessions, listen, post } = await setUp();
    const stream = await listen(1);
    await stream.next();
    const answer = sessions[0]?.ask(question);
    const { id, method } = JSON.parse(`${(await stream.message()).data}`);
    expect(method).toBe('sampling/createMessage');
    expect((await post(1, `{"jsonrpc":"2.0","id":${id},"result":{"model":"m"}}`)).status).toBe(202);
    expect(await answer).toEqual({ member: 'result', value: Buffer.from('{"model":"m"}') });
    await stream.leave();
  });

  it('is cancelled in wherever it is served', async () => {
    const { backends, begin, post } = await setUp();
    const { response, exchange } = await begin(0);
    await post(1, '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"c"}}');
    expect((await response).status).toBe(202);
    expect(backends[0]?.cancelled).toEqual([exchange]);
  });

  it('may have so many requests in flight, over all of them', async () => {
    const { backends, begin, post } = await setUp({ limits: { inFlight: 2 } });
    const [one, other] = [await begin(0), await begin(1)];
    for (const worker of [0, 1]) {
      const refused = await post(worker, call('more', '{"message":"x"}'));
      expect([refused.status, JSON.parse(await refused.text()).error.code]).toEqual([503, 5030]);
    }
    other.exchange?.result(Buffer.from('{}'));
    await (await other.response).text();
    const after = post(0, call('after', '{"message":"x"}'));
    await expect.poll(() => backends[0]?.held.length).toBe(2);
    one.exchange?.result(Buffer.from('{}'));
    backends[0]?.held[1]?.result(Buffer.from('{}'));
    expect((await after).status).toBe(200);
  });

  it('ends with the worker that has opened it, and its stream elsewhere with it', async () => {
    const { relay, listen, gone } = await setUp();
    const stream = await listen(1);
    await stream.next();
    relay.leave(0);
    await expect.poll(() => gone(1)).toBe(true);
    expect(await stream.next()).toBeUndefined();
  });
});
