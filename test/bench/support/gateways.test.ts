import { once } from 'node:events';
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

async function overWebSocket(urls: Server['urls']): Promise<unknown> {
  const socket = new WebSocket(urls.websocket);
  await once(socket, 'open');
  socket.send(body);
  const [data] = await once(socket, 'message');
  socket.terminate();
  return JSON.parse(data);
}
