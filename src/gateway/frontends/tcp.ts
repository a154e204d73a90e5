import type { Server, Socket } from 'node:net';
import { connectionDenial } from '../admission.ts';
import type { DataPlane } from '../data-plane.ts';
import type { ListeningFrontEnd } from '../frontend.ts';
import { arrivalEvent } from '../listeners.ts';
import { TcpArrival } from '../tcp-arrival.ts';
import type { TcpConnection } from '../tcp-connection.ts';

/** Frames (`mcpb`) and lines on one port: one connection, one session. */
export class TcpFrontEnd implements ListeningFrontEnd {
  readonly transport = 'tcp';
  readonly #plane: DataPlane;
  readonly #connections = new Set<TcpConnection>();

  constructor(plane: DataPlane) {
    this.#plane = plane;
  }

  attach(server: Server): void {
    server.on(arrivalEvent(server), (socket: Socket) => this.#accept(socket));
  }

  drain(reason: string): void {
    for (const connection of this.#connections) connection.announceShutdown(reason);
  }

  sweep(now: number): void {
    for (const connection of this.#connections) connection.due(now);
  }

  #accept(socket: Socket): void {
    this.#plane.connections.accepted(socket, 'tcp');
    const arrival = new TcpArrival(this.#plane, socket, (connection) => this.#opened(connection));
    const denial = connectionDenial(this.#plane, socket);
    if (denial !== undefined) arrival.refuse(denial.text, denial.cause);
  }

  #opened(connection: TcpConnection): void {
    this.#connections.add(connection);
    connection.socket.on('close', () => {
      this.#connections.delete(connection);
      connection.session?.end();
    });
  }
}
