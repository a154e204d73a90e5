import type { Server, Socket } from 'node:net';
import type { DataPlane } from '../data-plane.ts';
import type { FrontEnd } from '../frontend.ts';
import { TcpConnection } from '../tcp-connection.ts';

/** Binary framing `mcpb`: one connection, one session. */
export class TcpFrontEnd implements FrontEnd {
  readonly transport = 'tcp';
  readonly #plane: DataPlane;
  readonly #connections = new Set<TcpConnection>();

  constructor(plane: DataPlane) {
    this.#plane = plane;
  }

  get connections(): number {
    return this.#connections.size;
  }

  attach(server: Server): void {
    server.on('connection', (socket) => this.#accept(socket));
  }

  sweep(now: number): void {
    for (const connection of this.#connections) connection.sweep(now);
  }

  drain(reason: string): void {
    for (const connection of this.#connections) connection.announceShutdown(reason);
  }

  cut(): void {
    for (const connection of this.#connections) connection.socket.destroy();
  }

  #accept(socket: Socket): void {
    const connection = new TcpConnection(this.#plane, socket);
    this.#connections.add(connection);
    this.#plane.opened('tcp');
    socket.on('close', () => {
      this.#connections.delete(connection);
      this.#plane.closed('tcp');
      connection.session?.end();
    });
    if (this.#plane.overfull) connection.refuse('Connection limit reached', 'overloaded');
  }
}
