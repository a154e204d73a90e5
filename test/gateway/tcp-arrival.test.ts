import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DataPlane } from '../../src/gateway/data-plane.ts';
import { TcpArrival } from '../../src/gateway/tcp-arrival.ts';
import { planeOf } from '../support/plane.ts';
import { FrameSocket, LineSocket, offer } from './clients.ts';

let plane: DataPlane;
let url: string;
const server = createServer((socket) => void new TcpArrival(plane, socket, () => undefined));
beforeEach(async () => {
  plane = planeOf({ tcp: '0', http: 'off', ws: 'off', token: 'secret' });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  url = `tcp://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});
afterEach(() => server.close());

const initialize = '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"token":"secret"}}';

it('a client that proves who it is while the gateway drains gets no session', async () => {
  plane.draining = true;
  const frames = new FrameSocket(url);
  frames.write(6, offer);
  frames.write(1, initialize);
  expect((await frames.next()).type).toBe(7);
  const refused = JSON.parse((await frames.next()).text);
  expect(refused).toMatchObject({ id: 1, error: { code: -32603, message: 'Failed to create session' } });
  await frames.closed;
  const lines = new LineSocket(url);
  lines.write(initialize);
  expect(JSON.parse(await lines.next())).toMatchObject({ id: 1, error: { code: 5030 } });
  await lines.closed;
});
