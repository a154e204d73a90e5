import { connect, type Socket } from 'node:net';
import { now } from '../clock.ts';
import type { ByteStream, StreamFactory, StreamHandler } from '../stream.ts';

interface Address {
  readonly host: string;
  readonly port: number;
  readonly localAddress?: string;
}

/** The worker's one receive buffer: whoever is called back must take what it wants to keep. */
const receiveBuffer = Buffer.allocUnsafeSlow(64 * 1024);

const nothing = new Uint8Array(0);

/** How long a peer may take to answer our FIN. */
const lingerMillis = 5000;

export const socketStreams: StreamFactory = ({ target: { host, port } }) => {
  return (handler, localAddress) =>
    new SocketStream({ host, port, ...(localAddress === undefined ? {} : { localAddress }) }, handler);
};

class SocketStream implements ByteStream {
  readonly #socket: Socket;
  #handler: StreamHandler | undefined;
  #error: NodeJS.ErrnoException | undefined;

  constructor(address: Address, handler: StreamHandler) {
    this.#handler = handler;
    this.#socket = connect({
      ...address,
      noDelay: true,
      onread: {
        buffer: receiveBuffer,
        callback: (length) => {
          this.#handler?.data(receiveBuffer, length, now());
          return true;
        },
      },
    });
    this.#socket.resume();
    this.#socket.on('connect', () => this.#handler?.connected(now()));
    this.#socket.on('error', (error) => {
      this.#error = error;
    });
    this.#socket.on('end', () => this.#close());
    this.#socket.on('close', () => this.#close());
  }

  get idle(): boolean {
    return this.#socket.writableLength === 0;
  }

  write(bytes: Uint8Array): boolean {
    this.#socket.write(bytes);
    if (this.#socket.writableLength === 0) return true;
    // `drain` is not told of less than a high-water mark; a write of nothing ends behind everything before it.
    this.#socket.write(nothing, () => this.#handler?.drained(now()));
    return false;
  }

  end(): void {
    this.#handler = undefined;
    this.#socket.end();
    this.#socket.setTimeout(lingerMillis, () => this.#socket.destroy());
  }

  destroy(reset = false): void {
    this.#handler = undefined;
    if (reset) this.#socket.resetAndDestroy();
    else this.#socket.destroy();
  }

  #close(): void {
    const handler = this.#handler;
    this.#handler = undefined;
    this.#socket.destroy();
    handler?.closed(this.#error, now());
  }
}
