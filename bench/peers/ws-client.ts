import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Load } from '../peer.ts';
import { body } from '../workload.ts';
import { replyReport } from './reply-report.ts';

/** The cheapest closed loop `ws` allows: fixed text out, replies counted and not read. */
const load: Load = JSON.parse(process.argv[2]);
let replies = 0;
let errors = 0;

function open(): WebSocket {
  const socket = new WebSocket(load.url, { perMessageDeflate: false, skipUTF8Validation: true });
  socket.on('message', () => {
    replies++;
    socket.send(body);
  });
  socket.on('close', () => errors++);
  return socket;
}

const sockets = Array.from({ length: load.connections }, open);
await Promise.all(sockets.map((socket) => once(socket, 'open')));
for (const socket of sockets) socket.send(body);
console.log(JSON.stringify(await replyReport(load.seconds, () => ({ replies, errors }))));
for (const socket of sockets) socket.terminate();
