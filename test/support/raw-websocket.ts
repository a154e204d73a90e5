import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

/** A bare socket on one side, `ws` on the other, the upgrade behind them. */
export interface RawWebSocket {
  readonly peer: WebSocket;
  /** Response head of the upgrade. */
  readonly head: string;
  write(bytes: Uint8Array): void;
  /** The next `count` bytes from `ws`. */
  read(count: number): Promise<Buffer>;
  close(): void;
}

export async function rawWebSocket(key: string): Promise<RawWebSocket> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  await once(server, 'listening');
  const accepted = once(server, 'connection');
  const socket = connect((server.address() as { port: number }).port, '127.0.0.1');
  const read = reader(socket);
  const fields = `Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}`;
  socket.write(`GET / HTTP/1.1\r\n${fields}\r\n\r\n`);
  const [peer] = (await accepted) as [WebSocket];
  let head = '';
  while (!head.endsWith('\r\n\r\n')) head += (await read(1)).toString('latin1');
  return {
    peer,
    head,
    read,
    write: (bytes) => socket.write(bytes),
    close() {
      socket.destroy();
      server.close();
    },
  };
}

/** Reads a socket in pieces of the wanted size. */
function reader(socket: Socket): (count: number) => Promise<Buffer> {
  let known = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    known = Buffer.concat([known, chunk]);
  });
  return async (count) => {
    while (known.length < count) await once(socket, 'data');
    const taken = known.subarray(0, count);
    known = known.subarray(count);
    return taken;
  };
}
