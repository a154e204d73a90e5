import { createServer as createHttpServer, Server as HttpServer } from 'node:http';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import type { Router } from '../router/router.ts';
import { type Transport, transports } from '../wire/mcp.ts';
import { type Authenticator, createAuthenticator } from './authenticator.ts';
import type { Limits, Listener } from './config.ts';
import { Counters } from './counters.ts';
import { type FrontEnd, frontEnds } from './frontend.ts';
import { PostRequest } from './post-channel.ts';
import type { FromWorker, WorkerStart } from './protocol.ts';
import { Session } from './session.ts';
import { SessionStore } from './session-store.ts';

/** How often time limits are looked at, in ms. */
export const sweepMillis = 100;
const backlog = 4096;
const maxHeaderBytes = 16 * 1024;
const keepAliveMillis = 75_000;

/** Everything one worker does between its sockets and the router. */
export class DataPlane {
  readonly limits: Limits;
  readonly auth: Authenticator;
  readonly router: Router;
  readonly counters: Counters;
  readonly store: SessionStore;
  /** Every session: connections, HTTP sessions, and the ones of requests without a session. */
  readonly sessions = new Set<Session>();
  /** No other worker: nothing needs to be told about sessions. */
  readonly alone: boolean;
  draining = false;
  inFlight = 0;
  /** Replies that came after the request was over. */
  lateReplies = 0;
  readonly #listeners: readonly Listener[];
  readonly #post: (message: FromWorker) => void;
  readonly #frontEnds: Record<Transport, FrontEnd>;
  readonly #servers: Server[] = [];
  readonly #accepted = new WeakMap<Socket, number>();
  readonly #sessionless = new Map<string, Session>();
  readonly #maxConnections: number;
  #connections = 0;
  #sweep: NodeJS.Timeout | undefined;

  constructor({ config, counters }: WorkerStart, router: Router, post: (message: FromWorker) => void) {
    this.limits = config.limits;
    this.auth = createAuthenticator(config.auth);
    this.router = router;
    this.counters = new Counters(counters);
    this.alone = config.workers === 1;
    this.#listeners = config.listeners;
    this.#post = post;
    this.store = new SessionStore(this, post);
    this.#maxConnections = Math.ceil(config.limits.connections / config.workers);
    this.#frontEnds = {
      http: frontEnds.http(this),
      websocket: frontEnds.websocket(this),
      tcp: frontEnds.tcp(this),
    };
  }

  async listen(): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => this.#open(listener)));
    this.#sweep = setInterval(() => this.#onSweep(performance.now()), sweepMillis);
  }

  /** More connections than allowed, counting the one that has just been accepted. */
  get overfull(): boolean {
    return this.#connections > this.#maxConnections;
  }

  opened(transport: Transport): void {
    this.#connections++;
    this.counters.connected(transport, 1);
  }

  closed(transport: Transport): void {
    this.#connections--;
    this.counters.connected(transport, -1);
  }

  /** An HTTP or WebSocket connection got through its first request head. */
  usable(transport: Transport, socket: Socket): void {
    const accepted = this.#accepted.get(socket);
    if (accepted !== undefined) this.counters.established(transport, performance.now() - accepted);
    this.#accepted.delete(socket);
  }

  /** The session that requests without one share. */
  sessionless(subject: string): Session {
    const known = this.#sessionless.get(subject);
    if (known !== undefined) return known;
    const id = `sessionless-${subject}`;
    const session = new Session(this, { id, subject, transport: 'http', maxInFlight: Number.POSITIVE_INFINITY });
    this.#sessionless.set(subject, session);
    return session;
  }

  /** Takes no more connections and requests; reports `drained` when the last connection has closed. */
  drain(reason: string): void {
    this.draining = true;
    for (const server of this.#servers) server.close();
    for (const transport of transports) this.#frontEnds[transport].drain(reason);
  }

  /** Ends what `drain` has left. */
  cut(): void {
    this.draining = true;
    for (const session of this.sessions) session.refuseAll('The gateway is shutting down');
    setImmediate(() => {
      for (const transport of transports) this.#frontEnds[transport].cut();
    });
  }

  #onSweep(now: number): void {
    for (const session of this.sessions) session.sweep(now);
    for (const transport of transports) this.#frontEnds[transport].sweep(now);
    this.counters.setGauge('inFlight', this.inFlight);
    this.counters.setGauge('sessions', this.store.size);
    this.counters.setGauge('lateReplies', this.lateReplies);
    if (this.draining) this.#finish();
  }

  #finish(): void {
    for (const server of this.#servers) if (server instanceof HttpServer) server.closeIdleConnections();
    if (this.inFlight > 0 || this.#connections > 0) return;
    clearInterval(this.#sweep);
    this.#post({ type: 'drained' });
  }

  async #open({ address, transports: served }: Listener): Promise<void> {
    const server = served.includes('tcp') ? this.#tcpServer() : this.#httpServer();
    this.#servers.push(server);
    for (const transport of served) this.#frontEnds[transport].attach(server, { address, transports: served });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ ...address, backlog, reusePort: !this.alone }, resolve);
    });
  }

  #tcpServer(): Server {
    return createTcpServer({ noDelay: true, keepAlive: true });
  }

  #httpServer(): Server {
    const { handshakeMillis, frameMillis } = this.limits;
    const server = createHttpServer({
      IncomingMessage: PostRequest,
      noDelay: true,
      keepAlive: true,
      keepAliveTimeout: keepAliveMillis,
      headersTimeout: handshakeMillis,
      requestTimeout: Math.max(frameMillis, handshakeMillis),
      connectionsCheckingInterval: 1_000,
      maxHeaderSize: maxHeaderBytes,
    });
    server.on('connection', (socket: Socket) => this.#accepted.set(socket, performance.now()));
    return server;
  }
}
