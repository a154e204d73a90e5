import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { Session } from '../../src/gateway/session.ts';
import { TcpArrival } from '../../src/gateway/tcp-arrival.ts';
import type { TcpConnection } from '../../src/gateway/tcp-connection.ts';
import { WebSocketConnection } from '../../src/gateway/websocket-connection.ts';
import { readMessage } from '../../src/wire/jsonrpc.ts';
import { planeOf } from '../support/plane.ts';
import { FrameSocket, offer } from './clients.ts';

const client = { protocolVersion: '2025-11-25', capabilities: '{"sampling":{}}', info: '{}' };
const question = readMessage(
  Buffer.from('{"jsonrpc":"2.0","id":"theirs","method":"sampling/createMessage","params":{}}'),
);

const open: (Server | Socket)[] = [];
afterEach(() => {
  for (const one of open.splice(0)) 'destroy' in one ? one.destroy() : one.close();
});

/** Where to connect to, and the sockets that come of it. */
async function listen(accept: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    open.push(socket);
    accept(socket);
  });
  open.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

it('mcpb takes a Response to what the gateway has asked, once, and no other', async () => {
  const plane = planeOf({ tcp: '0', http: 'off', ws: 'off' });
  const opened = Promise.withResolvers<TcpConnection>();
  const port = await listen((socket) => void new TcpArrival(plane, socket, opened.resolve));
  const frames = new FrameSocket(`tcp://127.0.0.1:${port}`);
  open.push(frames.socket);
  frames.write(6, offer);
  expect((await frames.next()).type).toBe(7);
  const { session } = await opened.promise;
  if (session === undefined) expect.unreachable('nobody has to authenticate');
  session.client = client;
  const answer = session.ask(question);
  const asked = await frames.next();
  expect(asked.type).toBe(1);
  const { id } = JSON.parse(asked.text);
  const unexpected = { type: 5, text: 'Unexpected response message from client' };
  frames.write(2, '{"jsonrpc":"2.0","id":"theirs","result":{"wrong":true}}');
  expect(await frames.next()).toEqual(unexpected);
  frames.write(2, `{"jsonrpc":"2.0","id":${id},"method":"ping"}`);
  expect(await frames.next()).toEqual(unexpected);
  frames.write(2, `{"jsonrpc":"2.0","id":${id},"result":{"model":"m"}}`);
  expect(String((await answer).value)).toBe('{"model":"m"}');
  frames.write(2, `{"jsonrpc":"2.0","id":${id},"result":{"model":"m"}}`);
  expect(await frames.next()).toEqual(unexpected);
  frames.write(4);
  expect((await frames.next()).type).toBe(4);
});

it('WebSocket clients are told and asked as their latest message came in', async () => {
  const plane = planeOf({ http: '0', tcp: 'off' });
  const opened = Promise.withResolvers<WebSocketConnection>();
  const port = await listen((socket) => {
    const connection = new WebSocketConnection(plane, socket);
    const options = { id: 'a', subject: 'ada', transport: 'websocket', channel: connection, maxInFlight: 9 } as const;
    connection.session = new Session(plane, options);
    socket.on('data', (chunk: Buffer) => connection.received(chunk));
    opened.resolve(connection);
  });
  const socket = connect(port, '127.0.0.1');
  open.push(socket);
  const { session } = await opened.promise;
  session.client = client;
  let received = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
  });
  /** The text of the next frame, which is shorter than 64 KiB. */
  const next = async (): Promise<string> => {
    const lengthOf = (): number => (received[1] < 126 ? received[1] + 2 : received.readUInt16BE(2) + 4);
    while (received.length < 4 || received.length < lengthOf()) await once(socket, 'data');
    const end = lengthOf();
    const text = received.toString('utf8', received[1] < 126 ? 2 : 4, end);
    received = received.subarray(end);
    return text;
  };
  const ask = (text: string): Promise<string> => {
    socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]));
    return next();
  };
  const changed = '{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}';
  const tell = async (): Promise<string> => {
    session.notify(Buffer.from(changed));
    return next();
  };

  expect(await tell()).toBe(changed);
  await ask('{"id":7,"mcp_payload":{"jsonrpc":"2.0","id":1,"method":"ping"}}');
  const told = await tell();
  expect(JSON.parse(told)).toMatchObject({ id: null, source: 'gateway' });
  expect(told.endsWith(`"mcp_payload":${changed}}`)).toBe(true);
  const answer = session.ask(question);
  const asked = JSON.parse(await next());
  expect(asked.id).toBe(asked.mcp_payload.id);
  expect(asked.mcp_payload.method).toBe('sampling/createMessage');
  expect(await ask('{"jsonrpc":"2.0","id":2,"method":"ping"}')).toBe('{"jsonrpc":"2.0","id":2,"result":{}}');
  expect(await tell()).toBe(changed);
  session.end();
  expect((await answer).member).toBe('error');
});
