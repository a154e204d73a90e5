import { connect, createServer } from 'node:net';
import type { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import type { RunningGateway } from '../../src/gateway/gateway.ts';
import { startSdkServer } from '../router/sdk-server.ts';
import { sample, start } from '../support/gateways.ts';
import { audience, issuer, secret, signed } from '../support/tokens.ts';
import { call, initialize, jsonHeaders, tcpClient, webSocketClient } from './clients.ts';

const post = (gateway: RunningGateway, body: string, headers = {}) =>
  fetch(`${gateway.addresses.http}`, {
    method: 'POST',
    body,
    headers: { ...jsonHeaders, connection: 'close', ...headers },
  });

describe('starting', () => {
  it('says where it listens; HTTP and WebSocket share a port unless told otherwise', async () => {
    const { addresses } = await start({ admin: '0' });
    expect(new URL(`${addresses.http}`).port).toBe(new URL(`${addresses.websocket}`).port);
    expect(addresses.tcp).toMatch(/^tcp:\/\/127\.0\.0\.1:\d+$/);
    expect(addresses.admin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const apart = await start({ ws: '127.0.0.1:0' });
    expect(new URL(`${apart.addresses.http}`).port).not.toBe(new URL(`${apart.addresses.websocket}`).port);
    const alone = await start({ http: 'off', tcp: 'off', ws: '0' });
    expect(Object.keys(alone.addresses)).toEqual(['websocket']);
    const health = new URL('/health', alone.addresses.websocket?.replace('ws', 'http'));
    expect((await fetch(health)).status).toBe(200);
    expect((await fetch(new URL('/mcp', health))).status).toBe(426);
  });

  it.each([1, 2])('fails when the port is taken, with %i workers', async (workers) => {
    const first = await start({ workers });
    const port = new URL(`${first.addresses.http}`).port;
    await expect(start({ http: port, workers })).rejects.toMatchObject({ code: 'MCPB_E_PORT_IN_USE', exitCode: 3 });
  });

  it('fails when the admin port is taken, and leaves nothing behind', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => blocker.once('listening', resolve));
    const address = blocker.address();
    const admin = String(address !== null && typeof address === 'object' && address.port);
    await expect(start({ admin })).rejects.toMatchObject({ code: 'MCPB_E_PORT_IN_USE' });
    blocker.close();
  });

  it('fails on an address that is not of this machine', async () => {
    await expect(start({ http: '192.0.2.1:0', token: 'x' })).rejects.toMatchObject({ code: 'MCPB_E_LISTEN' });
  });
});

describe('requests without a session', () => {
  it('share one upstream session a subject, which goes when too many other subjects came', async () => {
    const server = await startSdkServer({ json: true });
    const limits = { sessionless: 2 };
    const gateway = await start({ backend: server.url, jwt: { secret, issuer, audience }, limits });
    const url = new URL('/api/tools', gateway.addresses.http);
    const list = async (sub: string): Promise<void> => {
      const authorization = `Bearer ${await signed({ sub })}`;
      const body = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}';
      const reply = await fetch(url, { method: 'POST', body, headers: { ...jsonHeaders, authorization } });
      expect(await reply.text()).toContain('"tools"');
    };
    const deleted = server.nextDeleted();
    for (const subject of ['ada', 'bob', 'ada', 'eve', 'ada', 'eve']) await list(subject);
    await deleted;
    expect(server.opened).toHaveLength(3);
    expect(server.deleted).toEqual([server.opened[1]]);
    await server.close();
  });
});

describe('several workers', () => {
  it('serve any HTTP session from any worker, with one session upstream', async () => {
    const server = await startSdkServer({ json: true });
    const gateway = await start({ workers: 2, backend: server.url });
    const opened = await post(gateway, initialize);
    const session = { 'mcp-session-id': `${opened.headers.get('mcp-session-id')}` };
    await opened.text();
    const add = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add","arguments":{"a":1,"b":2}}}';
    for (let i = 0; i < 30; i++) {
      const reply = await post(gateway, add, session);
      expect(JSON.parse(await reply.text()).result.content[0].text).toBe('3');
    }
    expect(server.opened).toHaveLength(1);
    const deleted = server.nextDeleted();
    await fetch(`${gateway.addresses.http}`, { method: 'DELETE', headers: session });
    await deleted;
    expect(server.deleted).toEqual(server.opened);
    await expect.poll(async () => (await post(gateway, add, session)).status).toBe(404);
    await server.close();
  });

  it('outlive one of them, and the gateway fails with the last', async () => {
    const threads: Worker[] = [];
    const collect = (worker: Worker): void => void threads.push(worker);
    process.on('worker', collect);
    const gateway = await start({ workers: 2, admin: '0' });
    process.off('worker', collect);
    await threads[0].terminate();
    await expect
      .poll(async () => (await post(gateway, initialize).catch(() => undefined))?.status, { timeout: 5_000 })
      .toBe(200);
    await threads[1].terminate();
    expect(await gateway.closed).toMatchObject({ how: 'failed', error: { message: 'worker 0 ended unexpectedly' } });
    await expect(fetch(`${gateway.addresses.admin}/health`)).rejects.toThrow();
  });
});

describe('admin', () => {
  it('counts requests, errors, connections and times over all workers', async () => {
    const gateway = await start({ workers: 2, admin: '0' });
    const clients = [await webSocketClient(gateway), await webSocketClient(gateway), await tcpClient(gateway)];
    for (const client of clients) {
      await client.request('{"jsonrpc":"2.0","id":1,"method":"tools/list"}');
      await client.request('{"jsonrpc":"2.0","id":2,"method":"no/such"}');
    }
    await expect(webSocketClient(gateway, { origin: 'https://evil.example' })).rejects.toThrow('403');
    const series = 'transport="websocket",era="legacy"';
    expect(await sample(gateway, `mcp_requests_total{${series},method="tools/list"}`)).toBe(2);
    expect(await sample(gateway, `mcp_requests_total{${series},method="other"}`)).toBe(2);
    expect(await sample(gateway, 'mcp_errors_total{transport="tcp",reason="backend_error"}')).toBe(1);
    expect(await sample(gateway, 'mcp_connection_failures{transport="websocket",reason="forbidden"}')).toBe(1);
    expect(await sample(gateway, 'mcp_connections_active{transport="websocket"}')).toBe(2);
    const count = `mcp_request_duration_seconds_count{${series},method="tools/list"}`;
    expect(await sample(gateway, count)).toBe(2);
    expect(await sample(gateway, `mcp_request_duration_seconds_bucket{le="+Inf",${series},method="tools/list"}`)).toBe(
      2,
    );
    expect(await sample(gateway, 'mcp_backend_response_time_count{backend="echo"}')).toBe(6);
    expect(await sample(gateway, 'mcp_connection_establishment_duration_count{transport="websocket"}')).toBe(2);
    expect(await sample(gateway, 'mcp_memory_usage_bytes')).toBeGreaterThan(10_000_000);
    expect(await sample(gateway, 'mcp_cpu_usage_percent')).toBeGreaterThan(0);
    for (const client of clients) client.close();
    await expect.poll(() => sample(gateway, 'mcp_connections_active{transport="websocket"}')).toBe(0);
  });

  it('counts HTTP connections from accept, also those that send nothing', async () => {
    const gateway = await start({ admin: '0', limits: { connections: 1 } });
    const socket = connect(Number(new URL(`${gateway.addresses.http}`).port), '127.0.0.1');
    await expect.poll(() => sample(gateway, 'mcp_connections_active{transport="http"}')).toBe(1);
    const refused = await post(gateway, initialize);
    expect([refused.status, refused.headers.get('connection')]).toEqual([503, 'close']);
    await expect(webSocketClient(gateway)).rejects.toThrow('503');
    socket.destroy();
    await expect.poll(() => sample(gateway, 'mcp_connections_active{transport="http"}')).toBe(0);
    const client = await webSocketClient(gateway);
    const ping = () => client.request('{"jsonrpc":"2.0","id":1,"method":"ping"}');
    expect(await ping()).toContain('"result"');
    expect(await sample(gateway, 'mcp_connections_active{transport="websocket"}')).toBe(1);
    expect(await sample(gateway, 'mcp_connections_active{transport="http"}')).toBe(0);
    expect((await post(gateway, initialize)).status).toBe(503);
    expect(await ping()).toContain('"result"');
    client.close();
  });

  it('drains in spite of connections that have sent nothing', async () => {
    const gateway = await start({ admin: '0', limits: { drainMillis: 60_000 } });
    const socket = connect(Number(new URL(`${gateway.addresses.http}`).port), '127.0.0.1');
    socket.on('error', () => socket.destroy());
    await expect.poll(() => sample(gateway, 'mcp_connections_active{transport="http"}')).toBe(1);
    await gateway.drain();
    expect(await gateway.closed).toEqual({ how: 'drained' });
    socket.destroy();
  });

  it('measures what the backend takes', async () => {
    const gateway = await start({ admin: '0', backend: 'synthetic:delay=60ms' });
    const client = await webSocketClient(gateway);
    await client.request(call(1, '{"message":"x"}'));
    expect(await sample(gateway, 'mcp_backend_response_time_bucket{le="0.05",backend="synthetic"}')).toBe(0);
    expect(await sample(gateway, 'mcp_backend_response_time_bucket{le="+Inf",backend="synthetic"}')).toBe(1);
    client.close();
  });

  it('is healthy until drained', async () => {
    const gateway = await start({ admin: '0', backend: 'synthetic:delay=400ms' });
    const status = async (path: string) => (await fetch(`${gateway.addresses.admin}${path}`)).status;
    for (const path of ['/health', '/ready', '/livez']) expect(await status(path)).toBe(200);
    expect(await status('/other')).toBe(404);
    const client = await webSocketClient(gateway);
    const reply = client.request(call(1, '{"message":"x"}'));
    await client.request('{"jsonrpc":"2.0","id":2,"method":"ping"}');
    const drained = gateway.drain();
    expect([await status('/health'), await status('/ready'), await status('/livez')]).toEqual([503, 503, 200]);
    await reply;
    await drained;
  });
});
