import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startGateway } from '../../../src/gateway/gateway.ts';
import { MetaKey } from '../../../src/wire/modern.ts';
import { quiet } from '../../contracts/frontend.ts';
import { startSdkServer } from '../../router/sdk-server.ts';
import { type ListeningPlane, listeningPlane } from '../../support/plane.ts';
import { SeenBackend } from '../../support/seen-backend.ts';
import { audience, issuer, secret, signed } from '../../support/tokens.ts';
import { initialize, jsonHeaders } from '../clients.ts';

const list = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}';
const smuggled = `POST /api/tools HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${list.length}\r\n\r\n${list}`;
const line = 'POST /api/tools HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
const whole = `Content-Length: ${list.length}\r\n\r\n${list}`;
const chunk = (body: string) => `${body.length.toString(16)}\r\n${body}\r\n`;

/** Sends bytes as they are; resolves with everything that comes back until the connection is closed. */
async function raw(url: string, bytes: string, end = true): Promise<string> {
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => socket.destroy());
  if (end) socket.end(bytes, 'latin1');
  else socket.write(bytes, 'latin1');
  return text(socket).finally(() => socket.destroy());
}

/** Status lines of all replies in `bytes`. */
const statuses = (bytes: string) => [...bytes.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => Number(match[1]));

describe('a request over HTTP is refused, and nothing of it reaches the backend', () => {
  const backend = new SeenBackend();
  let open: ListeningPlane;
  beforeAll(async () => {
    open = await listeningPlane(quiet, backend);
  });
  afterAll(() => open.close());
  afterEach(() => expect(backend.seen.splice(0)).toEqual([]));

  describe('when its length may be read in two ways', () => {
    it.each([
      ['length and chunks', `${line}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`],
      ['chunks and length', `${line}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${smuggled}`],
      ['two lengths', `${line}Content-Length: 0\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`],
      ['the same length twice', `${line}Content-Length: ${list.length}\r\n${whole}`],
      ['a list of lengths', `${line}Content-Length: ${list.length}, ${list.length}\r\n\r\n${list}`],
      ['a length with a sign', `${line}Content-Length: +${list.length}\r\n\r\n${list}`],
      ['a length in hexadecimal', `${line}Content-Length: 0x2e\r\n\r\n${list}`],
      ['a space before the colon', `${line}Transfer-Encoding : chunked\r\n\r\n${chunk(list)}0\r\n\r\n`],
      ['an encoding nobody knows', `${line}Transfer-Encoding: xchunked\r\n\r\n${chunk(list)}0\r\n\r\n`],
      ['chunks that are not last', `${line}Transfer-Encoding: chunked, identity\r\n\r\n${chunk(list)}0\r\n\r\n`],
      ['a folded header', `${line}Transfer-Encoding:\r\n chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n${smuggled}`],
      ['a chunk of negative size', `${line}Transfer-Encoding: chunked\r\n\r\n-1\r\n${list}\r\n0\r\n\r\n`],
      [
        'a chunk size without end',
        `${line}Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n${list}\r\n0\r\n\r\n`,
      ],
      ['a chunk longer than its size', `${line}Transfer-Encoding: chunked\r\n\r\n1\r\n${list}\r\n0\r\n\r\n`],
      ['a header without a name', `${line}: x\r\n${whole}`],
      ['a null byte', `${line}X: a\0b\r\n${whole}`],
      ['a carriage return alone', `${line}X: a\rTransfer-Encoding: chunked\r\n${whole}`],
      ['another version', line.replace('1.1', '3.0') + whole],
    ])('%s', async (_, bytes) => {
      expect(statuses(await raw(open.url, bytes))).toEqual([400]);
    });
  });

  it.each([
    'Host: localhost',
    'Origin: http://localhost',
    'Authorization: Bearer a',
    'Mcp-Session-Id: a',
    'MCP-Protocol-Version: 2025-06-18',
    'Mcp-Method: tools/list',
    'Mcp-Name: a',
    'Mcp-Param-Region: a',
  ])('when it has %s twice', async (header) => {
    const head = header.startsWith('Host') ? line : `${line}${header}\r\n`;
    expect(statuses(await raw(open.url, `${head}${header.toLowerCase()}\r\nConnection: close\r\n${whole}`))).toEqual([
      400,
    ]);
  });

  it('when its head is too large', async () => {
    expect(statuses(await raw(open.url, `${line}X: ${'x'.repeat(17_000)}\r\n${whole}`))).toEqual([431]);
    expect(statuses(await raw(open.url, `${line}${'X: y\r\n'.repeat(4_000)}${whole}`))).toEqual([431]);
    expect(statuses(await raw(open.url, `POST /${'x'.repeat(17_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`))).toEqual([
      431,
    ]);
  });

  it('when its body is too large, announced or not', async () => {
    const post = (body: Buffer | ReadableStream) =>
      fetch(new URL('/api/tools', open.url), {
        method: 'POST',
        body,
        headers: jsonHeaders,
        duplex: 'half',
      } as RequestInit);
    const much = Buffer.alloc(5 * 1024 * 1024, 0x20);
    expect((await post(much)).status).toBe(413);
    expect((await post(new Blob([much]).stream())).status).toBe(413);
  });

  it.each([
    ['Host: evil.example.com', 403],
    ['Host: localhost.evil.example.com', 403],
    ['Host: 127.0.0.1.evil.example.com:80', 403],
    ['Host: evil.example.com:8443@localhost', 403],
    ['Host: [::1].evil.example.com', 403],
    ['Host:', 403],
    ['Host: localhost\r\nOrigin: https://evil.example.com', 403],
    ['Host: localhost\r\nOrigin: null', 403],
    ['Host: localhost\r\nOrigin: http://localhost.evil.example.com', 403],
    ['Host: localhost\r\nOrigin: http://localhost@evil.example.com', 403],
    ['X-Forwarded-Host: localhost', 400],
  ])('when a page of another site sends it: %s', async (host, status) => {
    const head = line.replace('Host: localhost', host);
    for (const target of ['/api/tools', '/mcp'])
      expect(
        statuses(await raw(open.url, `${head.replace('/api/tools', target)}Connection: close\r\n${whole}`)),
      ).toEqual([status]);
  });

  it.each([
    '/mcp/../api/tools',
    '/api/tools/../tools',
    '/mcp/%2e%2e/api/tools',
    '/mcp/..%2fapi/tools',
    '/mcp/',
    '//mcp',
    '/mcp\\..\\api',
    '/MCP',
    '/mcp%00',
    'http://localhost/api/tools',
    '*',
  ])('when its path is no path that is served: %s', async (path) => {
    expect(statuses(await raw(open.url, `${line.replace('/api/tools', path)}Connection: close\r\n${whole}`))).toEqual([
      404,
    ]);
  });

  it.each(['PUT', 'PATCH', 'HEAD', 'OPTIONS', 'TRACE'])('when its method is %s', async (method) => {
    expect(statuses(await raw(open.url, `${line.replace('POST', method)}Connection: close\r\n${whole}`))).toEqual([
      405,
    ]);
  });

  it('when it comes too slowly', async () => {
    const slow = await listeningPlane({ ...quiet, limits: { handshakeMillis: 100, frameMillis: 100 } }, backend);
    onTestFinished(slow.close);
    const heads = [
      line,
      `${line}Content-Length: 100\r\n\r\n{"jsonrpc"`,
      `${line}Transfer-Encoding: chunked\r\n\r\n1\r\n{`,
    ];
    const replies = await Promise.all(heads.map((head) => raw(slow.url, head, false)));
    expect(replies.map(statuses)).toEqual([[408], [408], [408]]);
  });
});

describe('a session', () => {
  it('is nobody else’s, whatever is asked of it', async () => {
    const backend = new SeenBackend();
    const { url, close } = await listeningPlane({ ...quiet, jwt: { secret, issuer, audience } }, backend);
    onTestFinished(close);
    const as = async (sub: string, method: string, headers = {}, body?: string) => {
      const authorization = `Bearer ${await signed({ sub })}`;
      return fetch(url, { method, headers: { ...jsonHeaders, authorization, ...headers }, ...(body && { body }) });
    };
    const opened = await as('ada', 'POST', {}, initialize);
    const session = { 'mcp-session-id': `${opened.headers.get('mcp-session-id')}` };
    backend.seen.length = 0;
    const answer = '{"jsonrpc":"2.0","id":1,"result":{}}';
    const cancel = '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}';
    for (const body of [list, answer, cancel]) expect((await as('eve', 'POST', session, body)).status).toBe(404);
    for (const headers of [{}, { 'last-event-id': '0.1-0' }])
      expect((await as('eve', 'GET', { ...session, ...headers })).status).toBe(404);
    expect((await as('eve', 'DELETE', session)).status).toBe(404);
    expect(backend.seen).toEqual([]);
    expect((await as('ada', 'POST', session, list)).status).toBe(200);
    expect(backend.seen).toEqual(['tools/list']);
  });

  it('is found by its whole id only', async () => {
    const backend = new SeenBackend();
    const { url, close } = await listeningPlane(quiet, backend);
    onTestFinished(close);
    const opened = await fetch(url, { method: 'POST', headers: jsonHeaders, body: initialize });
    const id = `${opened.headers.get('mcp-session-id')}`;
    backend.seen.length = 0;
    for (const other of [
      id.slice(1),
      id.toUpperCase(),
      `${id},${id}`,
      '__proto__',
      'sessionless-anonymous',
      'constructor',
    ]) {
      const status = (
        await fetch(url, { method: 'POST', headers: { ...jsonHeaders, 'mcp-session-id': other }, body: list })
      ).status;
      expect([other === id, status]).toEqual([other === id, other === id ? 200 : 404]);
    }
    expect(backend.seen).toEqual(id.toUpperCase() === id ? ['tools/list'] : []);
  });
});

describe('a name', () => {
  it('is no path: nothing but the one upstream is asked, however it looks', async () => {
    const server = await startSdkServer({ json: true });
    const gateway = await startGateway({ ...quiet, backend: server.url });
    onTestFinished(async () => {
      await gateway.stop();
      await server.close();
    });
    const ask = (method: string, params: object, name: string) =>
      fetch(`${gateway.addresses.http}`, {
        method: 'POST',
        body: JSON.stringify({
          ...{ jsonrpc: '2.0', id: 1, method },
          params: { ...params, _meta: { [MetaKey.protocolVersion]: '2026-07-28', [MetaKey.clientCapabilities]: {} } },
        }),
        headers: { ...jsonHeaders, 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': method, 'Mcp-Name': name },
      });
    for (const name of ['../../admin', '/etc/passwd', '..%2f..', 'a?b#c', 'x'.repeat(2_000), '__proto__']) {
      for (const [method, params] of [
        ['tools/call', { name }],
        ['resources/read', { uri: name }],
      ] as const) {
        const reply = JSON.parse(await (await ask(method, params, name)).text());
        expect(reply.error ?? reply.result.isError).toBeTruthy();
      }
    }
    const paths = server.requests.map((request) => request.split(' ')[1]);
    expect(new Set(paths)).toEqual(new Set([new URL(server.url).pathname]));
  });
});
