import { once } from 'node:events';
import { WebSocket } from 'ws';
import { body } from '../workload.ts';

/** Opens sockets with `ws`, as many at once as `mcpb` does, one request on each; says so when all have their reply. */
const [, , url, count] = process.argv;
const abreast = 100;

for (let open = 0; open < Number(count); open += abreast)
  await Promise.all(Array.from({ length: Math.min(abreast, Number(count) - open) }, answered));
console.log(JSON.stringify({ open: Number(count) }));

async function answered(): Promise<void> {
  const socket = new WebSocket(url, { perMessageDeflate: false, skipUTF8Validation: true });
  await once(socket, 'open');
  socket.send(body);
  await once(socket, 'message');
}
