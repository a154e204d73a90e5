import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../../../src/gateway/gateway.ts';
import { MetaKey } from '../../../src/wire/modern.ts';
import { quiet } from '../../contracts/frontend.ts';
import { startSdkServer } from '../../router/sdk-server.ts';
import { jsonHeaders } from '../clients.ts';

const meta = { [MetaKey.protocolVersion]: '2026-07-28', [MetaKey.clientCapabilities]: {} };

describe('http front end, modern era', () => {
  let gateway: RunningGateway;
  beforeAll(async () => {
    gateway = await startGateway(quiet);
  });
  afterAll(() => gateway.stop());

  const post = (body: object, headers: object, { to = gateway, path = '/mcp', signal }: Options = {}) =>
    fetch(new URL(path, to.addresses.http), {
      method: 'POST',
      body: JSON.stringify({ jsonrpc: '2.0', ...body }),
      headers: { ...jsonHeaders, 'MCP-Protocol-Version': '2026-07-28', ...headers },
      ...(signal && { signal }),
    });
  interface Options {
    readonly to?: RunningGateway;
    readonly path?: string;
    readonly signal?: AbortSignal;
  }
  const ask = (method: string, params = {}, headers = {}, options: Options = {}) =>
    post({ id: 'm', method, params: { ...params, _meta: meta } }, { 'Mcp-Method': method, ...headers }, options);
  const codeOf = async (reply: Response) => JSON.parse(await reply.text()).error.code;

  it.each(['/mcp', '/api/tools'])('serves requests without a session on %s', async (path) => {
    const reply = await ask('tools/list', {}, { 'Mcp-Session-Id': 'ignored', 'Last-Event-ID': 'ignored' }, { path });
    expect([reply.status, reply.headers.get('mcp-session-id')]).toEqual([200, null]);
    expect(JSON.parse(await reply.text())).toMatchObject({ id: 'm', result: { tools: [{ name: 'echo' }] } });
  });

  it('compares headers with the body, whatever the case of their names', async () => {
    const params = { name: 'echo', arguments: { message: 'x' } };
    expect((await ask('tools/call', params, { 'MCP-NAME': ' echo ' })).status).toBe(200);
    for (const name of ['ECHO', '']) {
      const reply = await ask('tools/call', params, { 'Mcp-Name': name });
      expect([reply.status, await codeOf(reply)]).toEqual([400, -32020]);
    }
    const undeclared = await ask('tools/call', params);
    expect([undeclared.status, JSON.parse(await undeclared.text())]).toMatchObject([400, { id: 'm' }]);
  });

  it('answers 404 to unknown methods, and 200 to other errors', async () => {
    const unknown = await ask('no/such');
    expect([unknown.status, await codeOf(unknown)]).toEqual([404, -32601]);
    const tool = await ask('tools/call', { name: 'nope' }, { 'Mcp-Name': 'nope' });
    expect([tool.status, await codeOf(tool)]).toEqual([200, -32602]);
  });

  it('answers 400 to what is of this era by its header only', async () => {
    const reply = await post({ id: 9, method: 'tools/list' }, { 'Mcp-Method': 'tools/list' });
    expect(reply.status).toBe(400);
    expect(JSON.parse(await reply.text())).toMatchObject({ id: 9, error: { code: -32602 } });
  });

  it('answers 202 to notifications, and 405 to what is no POST', async () => {
    const told = await post({ method: 'notifications/progress', params: { _meta: meta } }, {});
    expect(told.status).toBe(202);
    for (const method of ['GET', 'DELETE']) {
      const headers = { 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Session-Id': 'f'.repeat(32) };
      const reply = await fetch(`${gateway.addresses.http}`, { method, headers });
      expect([reply.status, reply.headers.get('allow')]).toEqual([405, 'POST']);
    }
  });

  it('cancels a request whose connection ends, and no other of the same id', async () => {
    const server = await startSdkServer();
    const behind = await startGateway({ ...quiet, backend: server.url });
    const wait = (signal: AbortSignal) =>
      ask('tools/call', { name: 'wait' }, { 'Mcp-Name': 'wait' }, { to: behind, signal });
    const aborts = [new AbortController(), new AbortController()];
    const replies = aborts.map(({ signal }) => wait(signal));
    await expect.poll(() => server.headers.length).toBe(5);
    aborts[0]?.abort();
    await expect(replies[0]).rejects.toThrow('aborted');
    await expect.poll(() => server.cancelled).toBe(1);
    const told = { requestId: 'm', _meta: meta };
    await post({ method: 'notifications/cancelled', params: told }, {}, { to: behind });
    expect((await ask('tools/list', {}, {}, { to: behind })).status).toBe(200);
    expect(server.cancelled).toBe(1);
    aborts[1]?.abort();
    await expect(replies[1]).rejects.toThrow('aborted');
    await expect.poll(() => server.cancelled).toBe(2);
    await behind.stop();
    await server.close();
  });
});
