import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type Consumer, type Inbound, receive } from '../../wire/inbound.ts';
import { encodeFrame, FrameType, frameHeaderBytes } from '../../wire/mcpb-frame.ts';
import { type Answer, type Listen, replyTo } from '../endpoint.ts';

/** Frames of `mcpb`, without the handshake. */
export const tcpEndpoint: Listen = async (taken) => {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    const frames = new Frames(socket, taken);
    let left: Inbound | undefined;
    socket.on('data', (chunk: Buffer) => {
      left = receive(left, frames, chunk, 0, chunk.length, 0);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}?handshake=none`,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
};

class Frames implements Consumer {
  readonly #socket: Socket;
  readonly #taken: (answer: Answer) => void;

  constructor(socket: Socket, taken: (answer: Answer) => void) {
    this.#socket = socket;
    this.#taken = taken;
  }

  consume(bytes: Buffer, start: number, end: number): number {
    let position = start;
    while (end - position >= frameHeaderBytes) {
      const payload = position + frameHeaderBytes;
      const next = payload + bytes.readUInt32BE(position + 8);
      if (next > end) break;
      const reply = encodeFrame(FrameType.response, replyTo(bytes.toString('latin1', payload, next)));
      this.#taken(() => this.#socket.write(reply));
      position = next;
    }
    return position;
  }
}
