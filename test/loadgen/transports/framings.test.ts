import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { framingContract } from '../../contracts/framing.ts';
import { FedConnection } from '../../support/fed-connection.ts';
import { cutsOf, piecesOf } from '../../support/pieces.ts';
import { chunk } from '../../support/servers/sse.ts';
import { tcpFrame } from '../../support/servers/tcp.ts';
import { websocketFrame } from '../../support/servers/websocket.ts';

const guid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** Past the upgrade. */
function openWebSocket(target = 'ws://127.0.0.1:1/'): FedConnection {
  const fed = new FedConnection(target);
  const [, key] = /Sec-WebSocket-Key: (\S+)/.exec(fed.written.toString()) ?? [];
  const accept = createHash('sha1').update(`${key}${guid}`).digest('base64');
  const fields = `Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}`;
  return fed.feed(Buffer.from(`HTTP/1.1 101 Switching Protocols\r\n${fields}\r\n\r\n`));
}

const control = fc
  .tuple(fc.constantFrom(0x89, 0x8a), fc.uint8Array({ maxLength: 125 }))
  .map(([head, payload]) => websocketFrame(payload, head));
const controls = fc.array(control, { maxLength: 2 }).map((frames) => Buffer.concat(frames));

/** A message in any number of fragments, empty ones among them, with control frames anywhere. */
function fragments(message: string): fc.Arbitrary<Buffer> {
  const bytes = Buffer.from(message);
  const cuts = fc
    .array(fc.nat({ max: bytes.length }), { maxLength: 3 })
    .map((places) => [...places.sort((a, b) => a - b), bytes.length]);
  return cuts
    .chain((ends) =>
      fc.tuple(
        ...ends.map((end, i) => {
          const first = i === 0 ? 0x01 : 0x00;
          const last = i === ends.length - 1 ? 0x80 : 0x00;
          const frame = websocketFrame(bytes.subarray(i === 0 ? 0 : ends[i - 1], end), first | last);
          return controls.map((before) => Buffer.concat([before, frame]));
        }),
      ),
    )
    .map((frames) => Buffer.concat(frames));
}

framingContract({
  name: 'websocket',
  open: openWebSocket,
  frame: fragments,
  plain: (message) => websocketFrame(message),
  hostile: [
    Buffer.from([0x81, 126, 0xff, 0xff]),
    Buffer.from([0x81, 127, 0, 0, 0, 0, 0x03, 0xff, 0xff, 0xff]),
    Buffer.from([0x81, 127, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
    Buffer.from([0x01, 127, 0, 0, 0, 0, 0x03, 0xff, 0xff, 0xff]),
  ],
});

framingContract({
  name: 'mcpb',
  open: () => new FedConnection('tcp://127.0.0.1:1?handshake=none'),
  frame: (message) =>
    fc
      .tuple(
        fc.array(fc.constantFrom(tcpFrame(3, '{}'), tcpFrame(4, ''), tcpFrame(4, '{}')), { maxLength: 2 }),
        fc.constantFrom(1, 2),
      )
      .map(([before, type]) => Buffer.concat([...before, tcpFrame(type, message)])),
  plain: (message) => tcpFrame(2, message),
  hostile: ['MCPB\0\x01\0\x02\0\x9f\xff\xff', 'MCPB\0\x01\0\x02\xff\xff\xff\xff'].map((text) =>
    Buffer.from(text, 'latin1'),
  ),
});

framingContract({
  name: 'lines',
  open: () => new FedConnection('tcp://127.0.0.1:1?framing=lines'),
  frame: (message) => fc.constantFrom('', '\n', '\r\n\n').map((before) => Buffer.from(`${before}${message}\n`)),
  plain: (message) => Buffer.from(`${message}\n`),
  hostile: [],
});

/** Past the endpoint, in a stream of chunks of which each brings the end of the one before it. */
function openEventStream(): FedConnection {
  const fields = 'Content-Type: text/event-stream\r\nTransfer-Encoding: chunked';
  const endpoint = chunk('event: endpoint\ndata: /m\n\n').subarray(2);
  return new FedConnection('sse+http://127.0.0.1:1/sse')
    .feed(Buffer.from(`HTTP/1.1 200 OK\r\n${fields}\r\n\r\n`), endpoint)
    .connectSecond();
}

const lineEnds = fc.constantFrom('\n', '\r\n', '\r');
const besides = fc.constantFrom(
  [],
  [': comment'],
  ['id: 7'],
  ['event: message'],
  ['data: ', '', 'event: ping', 'data: x', ''],
);

framingContract({
  name: 'event stream',
  open: openEventStream,
  frame: (message) =>
    fc
      .tuple(besides, lineEnds)
      .map(([before, end]) => Buffer.from([...before, `data: ${message}`, '', ''].join(end)))
      .chain((bytes) => fc.tuple(fc.constant(bytes), cutsOf(bytes.length)))
      .map(([bytes, cuts]) =>
        Buffer.concat(
          piecesOf(bytes, cuts)
            .filter(({ length }) => length > 0)
            .map(chunk),
        ),
      ),
  plain: (message) => chunk(`data: ${message}\n\n`),
  hostile: [Buffer.from('\r\nffffffff\r\n')],
});
