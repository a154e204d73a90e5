import type { Socket } from 'node:net';
import type { DataPlane } from './data-plane.ts';
import type { Due } from './due-list.ts';
import { LinesConnection } from './lines-connection.ts';
import { McpbConnection } from './mcpb-connection.ts';
import type { Cause } from './metrics/reasons.ts';
import type { TcpConnection } from './tcp-connection.ts';

/** First byte of a message on a line, and of a frame. */
const openBrace = 0x7b;
const magic = 0x4d;

/** A connection nothing has come from: its first byte says which framing it speaks. */
export class TcpArrival implements Due {
  readonly #plane: DataPlane;
  readonly #socket: Socket;
  readonly #opened: (connection: TcpConnection) => void;
  readonly #accepted = performance.now();
  #over = false;

  constructor(plane: DataPlane, socket: Socket, opened: (connection: TcpConnection) => void) {
    this.#plane = plane;
    this.#socket = socket;
    this.#opened = opened;
    socket.on('error', () => socket.destroy());
    socket.once('data', (chunk: Buffer) => this.#begin(chunk));
    plane.dueList.add(this, this.#accepted + plane.limits.handshakeMillis);
  }

  due(now: number): number {
    if (this.#over || this.#socket.destroyed) return Number.POSITIVE_INFINITY;
    const end = this.#accepted + this.#plane.limits.handshakeMillis;
    if (now > end) this.refuse('Handshake timed out', 'handshake_timeout');
    return end;
  }

  /** Says why and closes, as a frame: nobody knows what the client would understand. */
  refuse(text: string, cause: Cause): void {
    this.#become(McpbConnection).refuse(text, cause);
  }

  #begin(chunk: Buffer): void {
    if (this.#over) return;
    if (chunk[0] === openBrace) this.#become(LinesConnection).received(chunk);
    else if (chunk[0] === magic) this.#become(McpbConnection).received(chunk);
    else this.refuse('Malformed frame: bad magic', 'malformed');
  }

  #become(Framing: typeof LinesConnection | typeof McpbConnection): TcpConnection {
    this.#over = true;
    const connection = new Framing(this.#plane, this.#socket, this.#accepted);
    this.#socket.on('data', (chunk: Buffer) => connection.received(chunk));
    this.#plane.dueList.add(connection, performance.now());
    this.#opened(connection);
    return connection;
  }
}
