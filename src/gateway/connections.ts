import type { Writable } from 'node:stream';
import type { Transport } from '../wire/mcp.ts';
import type { Counters } from './counters.ts';

/** The connections of one worker, each counted from accept to close under the transport spoken on it. */
export class Connections {
  /** More are served nothing. */
  limit: number;
  readonly #counters: Counters;
  readonly #transports = new Map<Writable, Transport>();
  /** Those nothing usable has come from, with the time of accept, `performance.now()`. */
  readonly #arriving = new Map<Writable, number>();
  readonly #excess = new WeakSet<Writable>();
  readonly #streaming = new WeakSet<Writable>();
  /** One listener for all sockets. */
  readonly #onClose: (this: Writable) => void;

  constructor(limit: number, counters: Counters) {
    this.limit = limit;
    this.#counters = counters;
    const connections = this;
    this.#onClose = function () {
      connections.#closed(this);
    };
  }

  get size(): number {
    return this.#transports.size;
  }

  accepted(socket: Writable, transport: Transport): void {
    this.#transports.set(socket, transport);
    this.#arriving.set(socket, performance.now());
    this.#counters.accepted(transport);
    this.#counters.connected(transport, 1);
    if (this.size > this.limit) this.#excess.add(socket);
    socket.on('close', this.#onClose);
  }

  /** Accepted when there were as many as allowed: it is told so, and served nothing. */
  isExcess(socket: Writable): boolean {
    return this.#excess.has(socket);
  }

  /** A request head or handshake has come through, and `transport` is what is spoken from now on. */
  usable(socket: Writable, transport: Transport): void {
    const accepted = this.#arriving.get(socket);
    if (accepted !== undefined) this.#counters.established(transport, performance.now() - accepted);
    this.#arriving.delete(socket);
    const before = this.#transports.get(socket);
    if (before === undefined || before === transport) return;
    this.#counters.connected(before, -1);
    this.#counters.connected(transport, 1);
    this.#transports.set(socket, transport);
  }

  /** Closes those that have sent nothing usable for `millis`. */
  dropSilent(now: number, millis: number): void {
    for (const [socket, accepted] of this.#arriving) if (now - accepted > millis) socket.destroy();
  }

  /** A reply that is sent piece by piece has begun: no status line may come in between. */
  streams(socket: Writable): void {
    this.#streaming.add(socket);
  }

  isStreaming(socket: Writable): boolean {
    return this.#streaming.has(socket);
  }

  cut(): void {
    for (const socket of this.#transports.keys()) socket.destroy();
  }

  #closed(socket: Writable): void {
    const transport = this.#transports.get(socket);
    if (transport !== undefined) this.#counters.connected(transport, -1);
    this.#transports.delete(socket);
    this.#arriving.delete(socket);
  }
}
