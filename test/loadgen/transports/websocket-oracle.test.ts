import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { FedConnection } from '../../support/fed-connection.ts';
import { websocketFrame } from '../../support/servers/websocket.ts';

const guid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** What a client makes of frames: the messages it takes, and whether it blames the server for the end. */
interface Verdict {
  readonly messages: readonly string[];
  readonly protocol: boolean;
}

let server: Server;
let script: (socket: Socket) => void = () => undefined;
beforeAll(async () => {
  server = createServer();
  server.on('upgrade', (request, socket) => {
    socket.on('error', () => undefined);
    socket.write(agreement(String(request.headers['sec-websocket-key'])));
    script(socket as Socket);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function agreement(key: string): string {
  const accept = createHash('sha1').update(`${key}${guid}`).digest('base64');
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
}

/** `ws` as the client, over a socket. */
async function verdictOfWs(bytes: Buffer): Promise<Verdict> {
  script = (socket) => socket.end(bytes);
  const messages: string[] = [];
  let protocol = false;
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new WebSocket(url, { perMessageDeflate: false, maxPayload: 64 * 1024 * 1024 });
  client.on('message', (data) => messages.push(String(data)));
  client.on('error', () => {
    protocol = true;
  });
  await new Promise((closed) => client.on('close', closed));
  return { messages, protocol };
}

function verdictOfOurs(bytes: Buffer): Verdict {
  const fed = new FedConnection('ws://127.0.0.1:1/');
  const [, key] = /Sec-WebSocket-Key: (\S+)/.exec(fed.written.toString()) ?? [];
  fed.feed(Buffer.from(agreement(key)), bytes).hangUp();
  return { messages: fed.messages, protocol: fed.end === 'protocol' };
}

const text = fc.oneof(
  fc.constantFrom(0, 1, 124, 125, 126, 127, 65_535, 65_536).map((length) => Buffer.alloc(length, 'x')),
  fc.string({ unit: 'grapheme', maxLength: 20 }).map((value) => Buffer.from(value)),
);
/** Reserved bits and opcodes, fragments that do not fit together; `binary`, which we never take, is left out. */
const heads = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(0x81, 0x81, 0x01, 0x00, 0x80) },
  { weight: 2, arbitrary: fc.constantFrom(0x89, 0x8a, 0x09, 0x0a) },
  { weight: 1, arbitrary: fc.constantFrom(0xc1, 0xa1, 0x91, 0xc9, 0x83, 0x87, 0x8b, 0x8f, 0x03) },
);
const closes = fc
  .tuple(
    fc.constantFrom(999, 1000, 1001, 1004, 1005, 1006, 1011, 1014, 1015, 1016, 2999, 3000, 4999, 5000, 65_535),
    text,
  )
  .map(([code, reason]) => websocketFrame(Buffer.from([code >> 8, code & 0xff, ...reason.subarray(0, 123)]), 0x88));
const masked = text.map((payload) => {
  const frame = websocketFrame(payload);
  frame[1] |= 0x80;
  return frame;
});
const frame = fc.oneof(
  { weight: 12, arbitrary: fc.tuple(text, heads).map(([payload, head]) => websocketFrame(payload, head)) },
  { weight: 1, arbitrary: closes },
  { weight: 1, arbitrary: fc.constantFrom(websocketFrame('', 0x88), websocketFrame('x', 0x88)) },
  { weight: 1, arbitrary: masked },
  { weight: 1, arbitrary: fc.constant(Buffer.from([0x81, 127, 0x80, 0, 0, 0, 0, 0, 0, 0, 0])) },
);
const streams = fc
  .tuple(fc.array(frame, { minLength: 1, maxLength: 7 }), fc.nat({ max: 3 }))
  .map(([frames, cut]) => Buffer.concat(frames).subarray(0, cut === 0 ? -1 : undefined));

it('agrees with ws on which frames carry messages and which break the protocol', async () => {
  await fc.assert(
    fc.asyncProperty(streams, async (bytes) => {
      fc.pre(bytes.length > 0);
      expect(verdictOfOurs(bytes)).toEqual(await verdictOfWs(bytes));
    }),
    { numRuns: 200 },
  );
});
