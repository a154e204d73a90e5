import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server, Socket } from 'node:net';
import { type Server as HandshakeServer, WebSocket, WebSocketServer } from 'ws';
import { type Denial, unproven, upgradeDenial } from '../admission.ts';
import { bearerToken, endOf, type Identity } from '../authenticator.ts';
import type { Listener } from '../config.ts';
import type { DataPlane } from '../data-plane.ts';
import type { ListeningFrontEnd } from '../frontend.ts';
import { answerProbe, pathOf } from '../health.ts';
import { refuseHttp } from '../http-errors.ts';
import { arrivalEvent } from '../listeners.ts';
import { denialReply, rejectUpgrade } from '../refuse.ts';
import { Session } from '../session.ts';
import { WebSocketConnection } from '../websocket-connection.ts';

const paths = new Set(['/mcp', '/ws']);

/** One JSON-RPC message a text frame; one connection, one session. */
export class WebSocketFrontEnd implements ListeningFrontEnd {
  readonly transport = 'websocket';
  readonly #plane: DataPlane;
  readonly #connections = new Set<WebSocketConnection>();
  readonly #handshake: HandshakeServer<typeof Handshake>;
  readonly #forget = (connection: WebSocketConnection): void => {
    this.#connections.delete(connection);
    connection.session.end();
  };

  constructor(plane: DataPlane) {
    this.#plane = plane;
    const options = {
      noServer: true,
      WebSocket: Handshake,
      clientTracking: false,
      perMessageDeflate: false,
      handleProtocols: (offered: Set<string>): string | false => (offered.has('mcp') ? 'mcp' : false),
    };
    this.#handshake = new WebSocketServer(options);
  }

  attach(server: Server, { address, transports }: Listener): void {
    server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) =>
      this.#upgrade(request, socket, head, address.host),
    );
    if (transports.includes('http')) return;
    server.on(arrivalEvent(server), (socket: Socket) => this.#plane.connections.accepted(socket, 'websocket'));
    server.on('clientError', (error: Error, socket: Socket) => refuseHttp(this.#plane, 'websocket', error, socket));
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      if (!answerProbe(request, response, !this.#plane.draining))
        response.writeHead(426, { upgrade: 'websocket' }).end();
    });
  }

  drain(): void {
    this.sweep();
  }

  sweep(): void {
    for (const connection of this.#connections) if (connection.idle) connection.sayGoodbye();
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer, host: string): void {
    socket.on('error', socket.destroy);
    if (!paths.has(pathOf(request))) return this.#notFound(socket);
    const denial = upgradeDenial(this.#plane, request, host);
    if (denial !== undefined) return this.#deny(socket, denial);
    const identity = this.#plane.auth.check(bearerToken(request.headers.authorization));
    if (identity instanceof Promise) void this.#checked(request, socket, head, identity);
    else this.#shakeHands(request, socket, head, identity);
  }

  async #checked(
    request: IncomingMessage,
    socket: Socket,
    head: Buffer,
    identity: Promise<Identity | undefined>,
  ): Promise<void> {
    this.#shakeHands(request, socket, head, await identity);
  }

  #shakeHands(request: IncomingMessage, socket: Socket, head: Buffer, identity: Identity | undefined): void {
    if (identity === undefined) return this.#deny(socket, unproven);
    this.#handshake.handleUpgrade(request, socket, head, () => this.#open(socket, head, identity));
  }

  #notFound(socket: Socket): void {
    this.#plane.counters.failure('websocket', 'not_found');
    rejectUpgrade(socket, 404, 'Not found');
  }

  #deny(socket: Socket, denial: Denial): void {
    this.#plane.counters.failure('websocket', denial.cause);
    const { status, body } = denialReply(denial);
    rejectUpgrade(socket, status, body);
  }

  #open(socket: Socket, head: Buffer, identity: Identity): void {
    const connection = new WebSocketConnection(this.#plane, socket);
    connection.session = new Session(this.#plane, {
      id: randomBytes(16).toString('hex'),
      subject: identity.subject,
      transport: 'websocket',
      channel: connection,
      maxInFlight: this.#plane.limits.inFlight,
    });
    connection.tokenEnds = endOf(identity);
    this.#connections.add(connection);
    this.#plane.dueList.add(connection, performance.now());
    this.#plane.connections.usable(socket, 'websocket');
    listen(Object.assign(socket, { connection, forget: this.#forget }));
    if (head.length > 0) connection.received(head);
  }
}

/** A socket that knows its connection, so that thousands of them share the same listeners. */
interface ClientSocket extends Socket {
  readonly connection: WebSocketConnection;
  readonly forget: (connection: WebSocketConnection) => void;
}

function listen(socket: ClientSocket): void {
  socket.setTimeout(0);
  socket.on('data', onData).on('end', onEnd).on('close', onClose);
}

function onData(this: ClientSocket, chunk: Buffer): void {
  this.connection.received(chunk);
}

function onEnd(this: ClientSocket): void {
  this.connection.ended();
}

function onClose(this: ClientSocket): void {
  this.forget(this.connection);
}

/** `ws` shakes hands; what comes behind them is not for it. */
class Handshake extends WebSocket {
  setSocket(): void {}
}
