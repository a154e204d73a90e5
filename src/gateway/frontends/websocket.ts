import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server, Socket } from 'node:net';
import { type Server as HandshakeServer, WebSocketServer } from 'ws';
import { type Denial, unproven, upgradeDenial } from '../admission.ts';
import { bearerToken, endOf, type Identity } from '../authenticator.ts';
import type { Listener } from '../config.ts';
import type { DataPlane } from '../data-plane.ts';
import type { ListeningFrontEnd } from '../frontend.ts';
import { answerProbe, pathOf } from '../health.ts';
import { refuseHttp } from '../http-errors.ts';
import { denialReply, rejectUpgrade } from '../refuse.ts';
import { Session } from '../session.ts';
import { ServerSocket, WebSocketConnection } from '../websocket-connection.ts';

const paths = new Set(['/mcp', '/ws']);
/** How long a client may take to answer a close frame, in ms. */
const closeMillis = 2_000;

/** One JSON-RPC message a text frame; one connection, one session. */
export class WebSocketFrontEnd implements ListeningFrontEnd {
  readonly transport = 'websocket';
  readonly #plane: DataPlane;
  readonly #connections = new Set<WebSocketConnection>();
  readonly #handshake: HandshakeServer<typeof ServerSocket>;

  constructor(plane: DataPlane) {
    this.#plane = plane;
    const options = {
      noServer: true,
      WebSocket: ServerSocket,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: plane.limits.message,
      maxFragments: 1024,
      closeTimeout: closeMillis,
      // The message scanner checks the encoding.
      skipUTF8Validation: true,
      handleProtocols: (offered: Set<string>): string | false => (offered.has('mcp') ? 'mcp' : false),
    };
    this.#handshake = new WebSocketServer(options);
  }

  attach(server: Server, { address, transports }: Listener): void {
    server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) =>
      this.#upgrade(request, socket, head, address.host),
    );
    if (transports.includes('http')) return;
    server.on('connection', (socket: Socket) => this.#plane.connections.accepted(socket, 'websocket'));
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
    for (const connection of this.#connections) connection.closeIdle();
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer, host: string): void {
    socket.on('error', () => socket.destroy());
    if (!paths.has(pathOf(request))) return this.#notFound(socket);
    const denial = upgradeDenial(this.#plane, request, host);
    if (denial !== undefined) return this.#deny(socket, denial);
    const identity = this.#plane.auth.check(bearerToken(request.headers.authorization));
    if (identity instanceof Promise) identity.then((known) => this.#shakeHands(request, socket, head, known));
    else this.#shakeHands(request, socket, head, identity);
  }

  #shakeHands(request: IncomingMessage, socket: Socket, head: Buffer, identity: Identity | undefined): void {
    if (identity === undefined) return this.#deny(socket, unproven);
    this.#handshake.handleUpgrade(request, socket, head, (client) => this.#open(client, socket, identity));
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

  #open(client: ServerSocket, socket: Socket, identity: Identity): void {
    const connection = new WebSocketConnection(this.#plane, client, socket);
    connection.session = new Session(this.#plane, {
      id: randomBytes(16).toString('hex'),
      subject: identity.subject,
      transport: 'websocket',
      channel: connection,
      maxInFlight: this.#plane.limits.inFlight,
    });
    connection.tokenEnds = endOf(identity);
    this.#plane.dueList.add(connection, connection.tokenEnds);
    gatherReplies(socket);
    this.#connections.add(connection);
    this.#plane.connections.usable(socket, 'websocket');
    client.listen(connection, () => {
      this.#connections.delete(connection);
      connection.session.end();
    });
  }
}

/** Replies to messages that came in one chunk leave in one write: these listeners stand around the one of `ws`. */
function gatherReplies(socket: Socket): void {
  socket.prependListener('data', socket.cork);
  socket.on('data', socket.uncork);
}
