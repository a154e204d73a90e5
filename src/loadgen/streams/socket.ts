import { connect, type OnReadOpts, type Socket } from 'node:net';
import type { Target } from '../../scenario/plan.ts';
import { now } from '../clock.ts';
import { readBatch } from '../read-batch.ts';
import type { ByteStream, StreamFactory, StreamHandler, StreamObserver } from '../stream.ts';

const nothing = new Uint8Array(0);

/** How long a peer may take to answer our FIN. */
const lingerMillis = 5000;

export const socketStreams: StreamFactory =
  ({ target }, observer) =>
  (handler, localAddress) =>
    new SocketStream((onread) => connect({ ...addressOf(target, localAddress), onread }), handler, observer);

/** Where and whence a socket connects; small writes leave at once. */
export function addressOf({ host, address = host, port }: Target, localAddress: string | undefined) {
  return { host: address, port, noDelay: true, ...(localAddress === undefined ? {} : { localAddress }) };
}

export class SocketStream implements ByteStream {
  protected readonly socket: Socket;
  /** Undefined once nothing is to be told any more. */
  handler: StreamHandler | undefined;
  protected readonly observer: StreamObserver;
  readonly #startedAt = now();
  #error: NodeJS.ErrnoException | undefined;

  /** `open` makes the socket that hands its data to `onread`. */
  constructor(open: (onread: OnReadOpts) => Socket, handler: StreamHandler, observer: StreamObserver) {
    this.handler = handler;
    this.observer = observer;
    this.socket = open({
      buffer: readBatch.received,
      callback: (length) => {
        readBatch.take(this, length);
        return true;
      },
    });
    this.socket.resume();
    this.socket.on('connect', () => {
      readBatch.flush();
      const at = now();
      observer.connected(at - this.#startedAt);
      this.established(at);
    });
    this.socket.on('error', (error) => {
      this.#error = error;
      if (this.handler) observer.broken(error);
    });
    this.socket.on('end', () => this.#close());
    this.socket.on('close', () => this.#close());
  }

  write(bytes: Uint8Array): boolean {
    this.socket.write(bytes);
    if (this.socket.writableLength === 0) return true;
    // `drain` is not told of less than a high-water mark; a write of nothing ends behind everything before it.
    this.socket.write(nothing, () => this.handler?.drained(now()));
    return false;
  }

  end(): void {
    this.handler = undefined;
    this.socket.end();
    this.socket.setTimeout(lingerMillis, () => this.socket.destroy());
  }

  destroy(reset = false): void {
    this.handler = undefined;
    if (reset) this.reset();
    else this.socket.destroy();
  }

  /** The TCP connection stands. */
  protected established(at: number): void {
    this.handler?.connected(at);
  }

  protected reset(): void {
    this.socket.resetAndDestroy();
  }

  #close(): void {
    readBatch.flush();
    const { handler } = this;
    this.handler = undefined;
    this.socket.destroy();
    handler?.closed(this.#error, now());
  }
}
