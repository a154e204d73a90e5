import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { RunningGateway } from '../../src/gateway/gateway.ts';
import { sample, start } from '../support/gateways.ts';
import { call, webSocketClient } from './clients.ts';

describe('back-pressure', () => {
  const bulky = { admin: '0', backend: 'synthetic:size=64KB' };
  const requests = 600;
  const flood = (socket: WebSocket): void => {
    for (let i = 0; i < requests; i++) socket.send(call(i, '{"message":"x"}'));
  };
  const open = async (gateway: RunningGateway): Promise<WebSocket> => {
    const socket = new WebSocket(`${gateway.addresses.websocket}`);
    await new Promise((resolve) => socket.once('open', resolve));
    return socket;
  };
  const received = (gateway: RunningGateway) =>
    sample(gateway, 'mcp_requests_total{transport="websocket",era="legacy",method="tools/call"}');

  it('stops serving a client that does not read, and goes on when it does', async () => {
    const gateway = await start(bulky);
    const socket = await open(gateway);
    const ids = new Set<number>();
    const all = new Promise<void>((resolve) =>
      socket.on('message', (data: Buffer) => {
        ids.add(JSON.parse(data.toString()).id);
        if (ids.size === requests) resolve();
      }),
    );
    socket.pause();
    flood(socket);
    await expect.poll(() => received(gateway)).toBeGreaterThan(0);
    let before = -1;
    const unchanged = async (): Promise<boolean> => {
      const earlier = before;
      before = await received(gateway);
      return before === earlier;
    };
    await expect.poll(unchanged, { interval: 200 }).toBe(true);
    expect(before).toBeLessThan(requests);
    socket.resume();
    await all;
    socket.terminate();
  });

  it('cuts a client that does not read for too long', async () => {
    const gateway = await start({ ...bulky, limits: { slowMillis: 200 } });
    const socket = await open(gateway);
    socket.pause();
    flood(socket);
    await expect
      .poll(() => sample(gateway, 'mcp_connection_failures{transport="websocket",reason="slow_consumer"}'))
      .toBe(1);
    socket.terminate();
  });

  it('cuts an HTTP client that does not take its reply', async () => {
    const gateway = await start({ admin: '0', backend: 'synthetic:size=20MB', limits: { slowMillis: 200 } });
    const body = call(1, '{"message":"x"}');
    const socket = connect(Number(new URL(`${gateway.addresses.http}`).port), '127.0.0.1').pause();
    socket.on('error', () => socket.destroy());
    const head = 'POST /api/tools HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
    socket.write(`${head}Content-Length: ${body.length}\r\n\r\n${body}`);
    await expect
      .poll(() => sample(gateway, 'mcp_connection_failures{transport="http",reason="slow_consumer"}'))
      .toBe(1);
    await expect.poll(() => sample(gateway, 'mcp_connections_active{transport="http"}')).toBe(0);
    socket.destroy();
  });

  it('sends a reply that is larger than what may wait', async () => {
    const gateway = await start({ backend: 'synthetic:size=9MB' });
    const client = await webSocketClient(gateway);
    expect((await client.request(call(1, '{"message":"x"}'))).length).toBeGreaterThan(9_000_000);
    client.close();
  });

  it('has no more requests of one connection in flight than allowed', async () => {
    const gateway = await start({ admin: '0', backend: 'synthetic:delay=50ms', limits: { inFlight: 5 } });
    const socket = await open(gateway);
    let replies = 0;
    const all = new Promise<void>((resolve) => socket.on('message', () => ++replies === 40 && resolve()));
    for (let i = 0; i < 40; i++) socket.send(call(i, '{"message":"x"}'));
    const samples: Promise<number>[] = [];
    const watch = setInterval(() => samples.push(sample(gateway, 'mcp_requests_in_flight')), 20);
    await all;
    clearInterval(watch);
    const most = Math.max(...(await Promise.all(samples)));
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(5);
    socket.terminate();
  });
});
