import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { hostField, requestHead } from '../../src/wire/http1.ts';
import { encodeFrame, FrameType } from '../../src/wire/mcpb-frame.ts';
import { encodeMasked, handshakeKey, Opcode } from '../../src/wire/websocket-frame.ts';
import type { Load } from '../peer.ts';
import { body, headers } from '../workload.ts';
import { replyReport } from './reply-report.ts';

/**
 * What a closed loop over Node's sockets costs before anything is made of it: the same bytes every time, and whatever a
 * read brings counts as the reply. No client on these sockets can do better.
 */
const load: Load = JSON.parse(process.argv[2]);
const { hostname, port, pathname, protocol } = new URL(load.url);
const target = { host: hostname, port: Number(port) };
const received = Buffer.allocUnsafeSlow(64 * 1024);
let replies = 0;
let errors = 0;

function requestBytes(): Buffer {
  if (protocol === 'tcp:') return encodeFrame(FrameType.request, body);
  if (protocol === 'ws:') return encodeMasked(Opcode.text, Buffer.from(body)).frame;
  const fields = [...Object.entries(headers), ['Content-Length', String(body.length)] as const];
  return Buffer.from(requestHead('POST', pathname, hostField(target), fields) + body);
}

function upgradeBytes(): Buffer {
  const fields = [
    ['Connection', 'Upgrade'],
    ['Upgrade', 'websocket'],
    ['Sec-WebSocket-Version', '13'],
    ['Sec-WebSocket-Key', handshakeKey().key],
  ] as const;
  return Buffer.from(requestHead('GET', pathname, hostField(target), fields));
}

async function open(request: Buffer): Promise<Socket> {
  let upgraded = protocol !== 'ws:';
  const callback = () => {
    if (upgraded) replies++;
    upgraded = true;
    socket.write(request);
    return true;
  };
  const socket = connect({ ...target, noDelay: true, onread: { buffer: received, callback } });
  socket.on('close', () => errors++);
  await once(socket, 'connect');
  return socket;
}

const request = requestBytes();
const first = protocol === 'ws:' ? upgradeBytes() : request;
const sockets = await Promise.all(Array.from({ length: load.connections }, () => open(request)));
for (const socket of sockets) socket.write(first);
console.log(JSON.stringify(await replyReport(load.seconds, () => ({ replies, errors }))));
for (const socket of sockets) socket.destroy();
