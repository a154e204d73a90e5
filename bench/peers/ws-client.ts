import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { Load } from '../peer.ts';
import { body, warmupSeconds } from '../workload.ts';
import { measurement } from './node-peer.ts';

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
await sleep(warmupSeconds * 1000);

const before = process.cpuUsage();
const [from, repliesBefore] = [performance.now(), replies];
await sleep(load.seconds * 1000);
const seconds = (performance.now() - from) / 1000;
const requests = replies - repliesBefore;
console.log(
  JSON.stringify(measurement({ requests, requestsPerSecond: requests / seconds, errors, latency: null }, before)),
);
for (const socket of sockets) socket.terminate();
