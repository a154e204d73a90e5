import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { type Consumer, type Inbound, receive } from '../../wire/inbound.ts';
import { type Address, type Answer, type Endpoint, replyTo } from '../endpoint.ts';

/** How requests lie in a stream of bytes. */
export interface Framing {
  /** Payload and end of the request that begins at `start`; undefined while it is not whole. */
  next(bytes: Buffer, start: number, end: number): { readonly payload: number; readonly end: number } | undefined;
  /** A reply, ready to be written. */
  pack(json: string): Buffer;
}

/** Requests one behind the other on plain connections, read and written with as little in between as there can be. */
export async function framedEndpoint(
  framing: Framing,
  taken: (answer: Answer) => void,
  addressOf: (port: number) => Address,
  tls?: { readonly cert: string; readonly key: string },
): Promise<Endpoint> {
  const sockets = new Set<Socket>();
  const accept = (socket: Socket) => {
    socket.on('error', () => undefined);
    const requests = new Requests(framing, socket, taken);
    let left: Inbound | undefined;
    socket.on('data', (chunk: Buffer) => {
      left = receive(left, requests, chunk, 0, chunk.length, 0);
    });
  };
  const server = tls ? createTlsServer({ ...tls, noDelay: true }, accept) : createServer({ noDelay: true }, accept);
  // Over TLS these are the sockets underneath, before the handshake.
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: addressOf((server.address() as AddressInfo).port),
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

class Requests implements Consumer {
  readonly #framing: Framing;
  readonly #socket: Socket;
  readonly #taken: (answer: Answer) => void;

  constructor(framing: Framing, socket: Socket, taken: (answer: Answer) => void) {
    this.#framing = framing;
    this.#socket = socket;
    this.#taken = taken;
  }

  consume(bytes: Buffer, start: number, end: number): number {
    for (let position = start; ; ) {
      const request = this.#framing.next(bytes, position, end);
      if (request === undefined) return position;
      const reply = this.#framing.pack(replyTo(bytes.toString('latin1', request.payload, request.end)));
      this.#taken(() => this.#socket.write(reply));
      position = request.end;
    }
  }
}
