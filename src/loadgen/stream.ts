import { connect, type Socket } from 'node:net';
import { now } from './clock.ts';

/** Callbacks of a byte stream. After `closed` none follows. */
export interface StreamHandler {
  connected(now: number): void;
  /** `bytes` is shared by all streams of the worker: valid only during the call. */
  data(bytes: Buffer, length: number, now: number): void;
  /** Everything written has left. */
  drained(now: number): void;
  closed(error: NodeJS.ErrnoException | undefined, now: number): void;
}

/** The seam under every transport: a plain socket today; TLS and pipes are further implementations. */
export interface ByteStream {
  /** Hands bytes to the kernel. False: part of them still waits in user space and must not be changed. */
  write(bytes: Uint8Array): boolean;
  /** Nothing written still waits in user space. */
  readonly idle: boolean;
  /** Sends what is queued, then FIN. No callback follows. */
  end(): void;
  /** Closes at once; `reset` sends RST. No callback follows. */
  destroy(reset?: boolean): void;
}

export interface StreamAddress {
  readonly host: string;
  readonly port: number;
  readonly localAddress?: string;
}

/** The worker's one receive buffer: whoever is called back must take what it wants to keep. */
export const receiveBuffer = Buffer.allocUnsafeSlow(64 * 1024);

/** How long a peer may take to answer our FIN. */
const lingerMillis = 5000;

export class SocketStream implements ByteStream {
  readonly #socket: Socket;
  #handler: StreamHandler | undefined;
  #error: NodeJS.ErrnoException | undefined;

  constructor(address: StreamAddress, handler: StreamHandler) {
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
    this.#socket.on('drain', () => this.#handler?.drained(now()));
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
    return this.#socket.writableLength === 0;
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
