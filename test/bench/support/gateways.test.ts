import { once } from 'node:events';
import net from 'node:net';
import { fetch } from 'undici';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { gateways, startGateway } from '../../../bench/support/gateways.ts';
import type { Server } from '../../../bench/support/null-server.ts';
import { whileRunning } from '../../../bench/support/processes.ts';
import { body } from '../../../bench/workload.ts';

const [, naive] = gateways;

it('starts the naive gateway, which answers on the transports it names', async () => {
  const replies = await whileRunning(await startGateway(naive, undefined), async ({ urls }) => ({
    websocket: await overWebSocket(urls),
    http: await (await fetch(urls.http, { method: 'POST', body })).json(),
  }));
  const reply = { jsonrpc: '2.0', id: 1_000_000_000, result: { tools: [{ name: 'echo' }] } };
  expect(replies).toMatchObject(Object.fromEntries(naive.transports.map((transport) => [transport, reply])));
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
