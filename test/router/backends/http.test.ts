import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { startGateway } from '../../../src/gateway/gateway.ts';
import { HttpBackend } from '../../../src/router/backends/http.ts';
import { backendContract, client, newCaller, Recorder, run } from '../../contracts/backend.ts';
import { quiet } from '../../contracts/frontend.ts';
import { startSdkServer } from '../sdk-server.ts';

const sum = { params: { name: 'add', arguments: { a: 2, b: 3 } }, text: '5' };

for (const json of [false, true])
  backendContract({
    name: `http, an SDK server that answers ${json ? 'JSON' : 'SSE'}`,
    spec: async () => {
      const server = await startSdkServer({ json });
      return { text: server.url, close: server.close };
    },
    tool: sum,
  });

backendContract({
  name: 'http, another gateway',
  spec: async () => {
    const gateway = await startGateway({ ...quiet, tcp: 'off' });
    return { text: `${gateway.addresses.http}`, close: gateway.stop.bind(gateway) };
  },
  tool: { params: { name: 'echo', arguments: { message: 'through' } }, text: 'through' },
});

const context = { worker: 0, version: '0' };

describe('the http backend with an SDK server', () => {
  it('opens one upstream session per caller, once, and deletes it with the caller', async () => {
    const server = await startSdkServer();
    const backend = new HttpBackend(server.url, context);
    const [one, other] = [newCaller(), newCaller()];
    await Promise.all(Array.from({ length: 10 }, () => run(backend, one, 'tools/call', sum.params)));
    expect(server.opened).toHaveLength(1);
    await run(backend, other, 'tools/list');
    expect(server.opened).toHaveLength(2);
    const deleted = server.nextDeleted();
    backend.end(one);
    await deleted;
    expect(server.deleted).toEqual([server.opened[0]]);
    await backend.close();
    await server.close();
  });

  it('sends no header of its own making but the ones MCP asks for', async () => {
    const server = await startSdkServer();
    const backend = new HttpBackend(server.url, context);
    await run(backend, newCaller(), 'tools/list');
    const { host, connection, ...rest } = server.headers.at(-1) ?? {};
    expect(host).toBe(new URL(server.url).host);
    expect(connection).toBeDefined();
    expect(Object.keys(rest).sort()).toEqual(
      ['accept', 'content-length', 'content-type', 'mcp-protocol-version', 'mcp-session-id'].sort(),
    );
    await backend.close();
    await server.close();
  });

  it('asks for progress under a token of its own, and gives the client its own back', async () => {
    const server = await startSdkServer();
    const backend = new HttpBackend(server.url, context);
    const params = { name: 'steps', arguments: { steps: 2 }, _meta: { progressToken: 'mine', kept: 1.0 } };
    const { notifications, finals } = await run(backend, newCaller(), 'tools/call', params);
    expect(finals[0].result).toContain('2 steps');
    expect(notifications.map((text) => JSON.parse(text).params)).toEqual(
      [1, 2].map((progress) => ({ progressToken: 'mine', progress, total: 2 })),
    );
    await backend.close();
    await server.close();
  });

  it('tells the server about a cancelled request', async () => {
    const server = await startSdkServer();
    const backend = new HttpBackend(server.url, context);
    const caller = newCaller();
    await backend.open(caller, client);
    const exchange = new Recorder(caller, 'tools/call', { name: 'wait', arguments: {} });
    const work = backend.request(exchange);
    await run(backend, caller, 'tools/list');
    work?.cancel('test');
    await expect.poll(() => server.cancelled).toBe(1);
    expect(exchange.finals).toEqual([]);
    await backend.close();
    await server.close();
  });

  it('opens a new session after the server has forgotten the old one', async () => {
    const server = await startSdkServer();
    const backend = new HttpBackend(server.url, context);
    const caller = newCaller();
    await run(backend, caller, 'tools/list');
    server.forget();
    const all = await Promise.all(Array.from({ length: 5 }, () => run(backend, caller, 'tools/call', sum.params)));
    for (const { finals } of all) expect(finals[0].result).toContain(sum.text);
    expect(server.opened).toHaveLength(2);
    await backend.close();
    await server.close();
  });
});

describe('the http backend with servers that fail', () => {
  /** Answers `initialize` as it should, then whatever `listener` does. */
  const withServer = async (listener: RequestListener, use: (url: string) => Promise<void>): Promise<void> => {
    const server = createServer(async (request, response) => {
      const body = JSON.parse(await text(request));
      if (body.method === 'notifications/initialized') return void response.writeHead(202).end();
      if (body.method !== 'initialize') return listener(request, response);
      response.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': 'same' });
      response.end(JSON.stringify({ jsonrpc: '2.0', id: body.id, result: { protocolVersion: '2025-06-18' } }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  const json = (text: string): RequestListener => {
    return (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(text);
  };

  it.each<[string, RequestListener, string]>([
    ['HTTP 500', (_, response) => response.writeHead(500).end(), 'HTTP 500'],
    ['a closed connection', (request) => request.socket.destroy(), 'UND_ERR_SOCKET'],
    ['garbage', json('not json'), 'reply is no JSON-RPC response to the request'],
    ['a wrong id', json('{"jsonrpc":"2.0","id":99,"result":{}}'), 'reply is no JSON-RPC response to the request'],
    [
      'a body cut short',
      (request, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 }).write('{"jsonrpc"');
        setImmediate(() => request.socket.destroy());
      },
      'UND_ERR_SOCKET',
    ],
    [
      'an empty stream',
      (_, response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end(),
      'no reply to the request',
    ],
    ['more than 16 MiB', json(`"${'x'.repeat(16 * 1024 * 1024)}"`), 'reply larger than 16.0 MiB'],
  ])('refuses after %s', async (_, listener, text) => {
    await withServer(listener, async (url) => {
      const backend = new HttpBackend(url, context);
      const { finals } = await run(backend, newCaller(), 'tools/list');
      expect(finals).toEqual([{ refusal: 'backend', text: `Backend unavailable: ${text}` }]);
      await backend.close();
    });
  });

  it('refuses when the server forgets each session at once', async () => {
    await withServer(
      (_, response) => response.writeHead(404).end(),
      async (url) => {
        const backend = new HttpBackend(url, context);
        const { finals } = await run(backend, newCaller(), 'tools/list');
        expect(finals).toEqual([{ refusal: 'backend', text: 'Backend unavailable: its session has ended' }]);
        await backend.close();
      },
    );
  });

  it('refuses when nothing listens, also what waits for the session', async () => {
    const backend = new HttpBackend('http://127.0.0.1:1/mcp', context);
    const caller = newCaller();
    const all = await Promise.all([run(backend, caller, 'tools/list'), run(backend, caller, 'tools/list')]);
    for (const { finals } of all)
      expect(finals).toEqual([{ refusal: 'backend', text: 'Backend unavailable: ECONNREFUSED' }]);
    await backend.close();
  });

  it('passes error codes and the bytes of a result unchanged', async () => {
    const result = '{"n":12345678901234567890,"__proto__":1,"s":"\\u00e9"}';
    await withServer(json(`{"id":1,"result":${result},"jsonrpc":"2.0"}`), async (url) => {
      const backend = new HttpBackend(url, context);
      expect((await run(backend, newCaller(), 'tools/list')).finals).toEqual([{ result }]);
      await backend.close();
    });
    const error = '{"code":-31999,"message":"own","data":{"x":1.0}}';
    await withServer(json(`{"jsonrpc":"2.0","id":1,"error":${error}}`), async (url) => {
      const backend = new HttpBackend(url, context);
      expect((await run(backend, newCaller(), 'tools/list')).finals).toEqual([{ error }]);
      await backend.close();
    });
  });
});
