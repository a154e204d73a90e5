import { once } from 'node:events';
import net from 'node:net';
import { fetch } from 'undici';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { echoGateways, forwardingGateways, type Gateway, startGateway } from '../../../bench/support/gateways.ts';
import type { Server } from '../../../bench/support/null-server.ts';
import { whileRunning } from '../../../bench/support/processes.ts';
import { body } from '../../../bench/workload.ts';
import { encodeFrame, FrameType, frameHeaderBytes } from '../../../src/wire/mcpb-frame.ts';
import { startHttpServer } from '../../support/servers/http.ts';
import { serve } from '../../support/servers/serve.ts';

const [, naive] = echoGateways;

/** What a gateway says to `tools/list`, by transport. */
async function repliesOf(gateway: Gateway) {
  return whileRunning(await startGateway(gateway, undefined), async ({ urls }) => ({
    websocket: await overWebSocket(urls),
    http: await (await fetch(urls.http, { method: 'POST', body })).json(),
    tcp: await overFrames(urls),
  }));
}

it('starts the naive gateway, which answers on all transports', async () => {
  const reply = { jsonrpc: '2.0', id: 1_000_000_000, result: { tools: [{ name: 'echo' }] } };
  expect(await repliesOf(naive)).toMatchObject({ websocket: reply, http: reply, tcp: reply });
});

it('has it pass requests on to a server, whose replies come back as they are', async () => {
  const server = await serve(startHttpServer, {
    answer: ({ id, send }) => send(`{"jsonrpc":"2.0","id":${id},"result":{"upstream":true}}`),
  });
  const gateway = forwardingGateways(server.url).find(({ name }) => name.startsWith('naive'))!;
  const reply = { jsonrpc: '2.0', id: 1_000_000_000, result: { upstream: true } };
  expect(await repliesOf(gateway)).toEqual({ websocket: reply, http: reply, tcp: reply });
  expect(server.received).toHaveLength(3);
});

it('keeps the naive gateway alive when a client leaves in the middle of a request or sends another verb', async () => {
  const reply = await whileRunning(await startGateway(naive, undefined), async ({ urls }) => {
    const socket = net.connect({ host: '127.0.0.1', port: Number(new URL(urls.http).port) });
    socket.write(`POST /mcp HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 100\r\n\r\n`);
    await once(socket, 'data');
    socket.resetAndDestroy();
    await once(socket, 'close');
    const methods = ['GET', 'DELETE', 'POST'];
    const replies = methods.map((method) => fetch(urls.http, method === 'POST' ? { method, body } : { method }));
    return (await Promise.all(replies)).map(({ status }) => status);
  });
  expect(reply).toEqual([405, 405, 200]);
});

async function overWebSocket(urls: Server['urls']): Promise<unknown> {
  const socket = new WebSocket(urls.websocket);
  await once(socket, 'open');
  socket.send(body);
  const [data] = await once(socket, 'message');
  socket.terminate();
  return JSON.parse(data);
}

async function overFrames(urls: Server['urls']): Promise<unknown> {
  const socket = net.connect({ host: '127.0.0.1', port: Number(new URL(urls.tcp).port) });
  const frame = encodeFrame(FrameType.request, body);
  socket.write(frame.subarray(0, 20));
  await once(socket, 'connect');
  socket.write(frame.subarray(20));
  const [reply] = await once(socket, 'data');
  socket.destroy();
  return JSON.parse(reply.subarray(frameHeaderBytes));
}
