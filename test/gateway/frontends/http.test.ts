import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../../../src/gateway/gateway.ts';
import { supportedVersions } from '../../../src/wire/modern.ts';
import { frontEndContract, quiet } from '../../contracts/frontend.ts';
import { audience, epoch, issuer, secret, signed } from '../../support/tokens.ts';
import { httpClient, initialize, jsonHeaders } from '../clients.ts';

frontEndContract({
  name: 'http',
  timeoutCode: 5040,
  overloadedCode: 5030,
  connect: (gateway, token) => httpClient(gateway, token ? { authorization: `Bearer ${token}` } : {}),
});

async function errorOf(response: Response): Promise<{ code: number; data: { supported: string[] } }> {
  return JSON.parse(await response.text()).error;
}

const ping = '{"jsonrpc":"2.0","id":1,"method":"ping"}';

describe('http front end', () => {
  let gateway: RunningGateway;
  let url: string;
  beforeAll(async () => {
    gateway = await startGateway(quiet);
    url = `${gateway.addresses.http}`;
  });
  afterAll(() => gateway.stop());

  const post = (body: string, headers = {}, path = '/mcp') =>
    fetch(new URL(path, url), { method: 'POST', body, headers: { ...jsonHeaders, ...headers } });
  const session = async () => {
    const id = (await post(initialize)).headers.get('mcp-session-id');
    return { 'mcp-session-id': `${id}` };
  };

  it('opens a session with initialize and ends it with DELETE', async () => {
    const headers = await session();
    expect(headers['mcp-session-id']).toMatch(/^[0-9a-f]{32}$/);
    expect((await post(ping, headers)).status).toBe(200);
    expect((await fetch(url, { method: 'DELETE', headers })).status).toBe(204);
    const gone = await post(ping, headers);
    expect(gone.status).toBe(404);
    expect((await errorOf(gone)).code).toBe(-32001);
  });

  it('answers 400 without a session and 404 with an unknown one', async () => {
    expect((await post(ping)).status).toBe(400);
    expect((await post(ping, { 'mcp-session-id': 'f'.repeat(32) })).status).toBe(404);
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(400);
  });

  it('answers 202 without a body to notifications and responses', async () => {
    const headers = await session();
    for (const body of [
      '{"jsonrpc":"2.0","method":"notifications/initialized"}',
      '{"jsonrpc":"2.0","id":5,"result":{}}',
    ]) {
      const reply = await post(body, headers);
      expect([reply.status, await reply.text()]).toEqual([202, '']);
    }
  });

  it('has an endpoint for each backend, by its name', async () => {
    const opened = await post(initialize, {}, '/mcp/echo');
    const headers = { 'mcp-session-id': `${opened.headers.get('mcp-session-id')}` };
    expect((await post(ping, headers, '/mcp/echo')).status).toBe(200);
    for (const other of ['/mcp/http', '/mcp/ECHO', '/mcp/echo/', '/mcp/%65cho'])
      expect((await post(ping, headers, other)).status).toBe(404);
  });

  it('ends the stream of a session when the token does', async () => {
    const guarded = await startGateway({ ...quiet, jwt: { secret, issuer, audience } });
    const headers = { ...jsonHeaders, authorization: `Bearer ${await signed({ exp: epoch(-28) })}` };
    const opened = await fetch(`${guarded.addresses.http}`, { method: 'POST', body: initialize, headers });
    const session = { 'mcp-session-id': `${opened.headers.get('mcp-session-id')}` };
    const stream = await fetch(`${guarded.addresses.http}`, { headers: { ...headers, ...session } });
    expect(stream.status).toBe(200);
    expect(await stream.text()).toMatch(/^id: /);
    await guarded.stop();
  });

  it('refuses a subject more sessions than it may have, and no other', async () => {
    const limits = { sessionsPerSubject: 2 };
    const guarded = await startGateway({ ...quiet, jwt: { secret, issuer, audience }, limits });
    const as = async (sub: string, method = 'POST', headers = {}) =>
      fetch(`${guarded.addresses.http}`, {
        ...(method === 'POST' && { body: initialize }),
        method,
        headers: { ...jsonHeaders, ...headers, authorization: `Bearer ${await signed({ sub })}` },
      });
    const [first] = [await as('ada'), await as('ada')];
    const refused = await as('ada');
    expect([refused.status, (await errorOf(refused)).code]).toEqual([503, 5030]);
    expect((await as('bob')).status).toBe(200);
    await as('ada', 'DELETE', { 'mcp-session-id': `${first?.headers.get('mcp-session-id')}` });
    expect((await as('ada')).status).toBe(200);
    await guarded.stop();
  });

  it('refuses revisions it does not speak, naming those it does', async () => {
    const headers = await session();
    expect((await post(ping, { ...headers, 'mcp-protocol-version': '2025-06-18' })).status).toBe(200);
    const older = await post(ping, { ...headers, 'mcp-protocol-version': '2024-10-07' });
    expect(older.status).toBe(400);
    const error = await errorOf(older);
    expect(error.code).toBe(-32022);
    expect(error.data.supported).toEqual(supportedVersions);
    const modern = await post(ping, { ...headers, 'mcp-protocol-version': '2026-07-28' });
    expect([modern.status, (await errorOf(modern)).code]).toEqual([400, -32602]);
  });

  it('takes a plain request on /api/tools without a session', async () => {
    const reply = await post('{"jsonrpc":"2.0","id":"t","method":"tools/list"}', {}, '/api/tools');
    expect(JSON.parse(await reply.text()).result.tools[0].name).toBe('echo');
  });

  it('answers 415 to other content types and encodings', async () => {
    expect((await post(ping, { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await post(ping, { 'content-encoding': 'gzip' })).status).toBe(415);
    expect((await post(ping, { 'content-type': 'application/json; charset=utf-8' }, '/api/tools')).status).toBe(200);
  });

  it('answers 400 to what is no message, 413 to what is too large, 404 to unknown paths', async () => {
    const garbage = await post('{"jsonrpc":', {}, '/api/tools');
    expect([garbage.status, (await errorOf(garbage)).code]).toEqual([400, -32700]);
    const large = await post(' '.repeat(4 * 1024 * 1024 + 1), {}, '/api/tools');
    expect([large.status, (await errorOf(large)).code]).toEqual([413, 4130]);
    expect((await post(ping, {}, '/nowhere')).status).toBe(404);
  });

  it('checks Origin and Host, and headers that come twice', async () => {
    expect((await post(ping, { origin: 'https://evil.example' }, '/api/tools')).status).toBe(403);
    expect((await post(ping, { origin: 'http://localhost:5173' }, '/api/tools')).status).toBe(200);
    expect(await raw('Host: evil.example\r\n')).toMatch(/^HTTP\/1\.1 403 /);
    expect(await raw('Host: localhost\r\nOrigin: http://localhost\r\nOrigin: http://localhost\r\n')).toMatch(
      /^HTTP\/1\.1 400 /,
    );
    expect(await raw('Host: localhost\r\nMcp-Session-Id: a\r\nMCP-Session-Id: b\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    expect(await raw('Host: localhost\r\nMcp-Param-Region: a\r\nmcp-param-region: a\r\n')).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('answers 401 with code 4010, and 404 for the session of nobody', async () => {
    const guarded = await startGateway({ ...quiet, token: 'secret' });
    const refused = await fetch(`${guarded.addresses.http}`, { method: 'POST', body: ping, headers: jsonHeaders });
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect((await errorOf(refused)).code).toBe(4010);
    await guarded.stop();
  });

  it('answers 404 to the session of another subject, whose token is as good', async () => {
    const guarded = await startGateway({ ...quiet, jwt: { secret, issuer, audience } });
    const as = async (sub: string, body: string, headers = {}) => {
      const authorization = `Bearer ${await signed({ sub })}`;
      const all = { ...jsonHeaders, ...headers, authorization };
      return fetch(`${guarded.addresses.http}`, { method: 'POST', body, headers: all });
    };
    const headers = { 'mcp-session-id': `${(await as('ada', initialize)).headers.get('mcp-session-id')}` };
    expect((await as('ada', ping, headers)).status).toBe(200);
    expect((await as('eve', ping, headers)).status).toBe(404);
    await guarded.stop();
  });

  it('refuses sessions above the limit with 503 and 5030, and expires idle ones', async () => {
    const limits = { sessions: 1, sessionIdleMillis: 300 };
    const small = await startGateway({ ...quiet, limits });
    const open = () => fetch(`${small.addresses.http}`, { method: 'POST', body: initialize, headers: jsonHeaders });
    expect((await open()).status).toBe(200);
    const refused = await open();
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    expect((await errorOf(refused)).code).toBe(5030);
    await expect.poll(async () => (await open()).status, { timeout: 5_000 }).toBe(200);
    await small.stop();
  });

  it('says 200 on /health and /ready', async () => {
    for (const path of ['/health', '/ready']) expect((await fetch(new URL(path, url))).status).toBe(200);
  });

  function raw(headers: string): Promise<string> {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.end(
      `POST /api/tools HTTP/1.1\r\n${headers}Content-Type: application/json\r\nConnection: close\r\nContent-Length: ${ping.length}\r\n\r\n${ping}`,
    );
    return text(socket);
  }
});
