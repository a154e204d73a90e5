import type { Server } from 'node:net';
import type { Router } from '../router/router.ts';
import { WorkerIds } from '../router/worker-ids.ts';
import { type Authenticator, createAuthenticator } from './authenticator.ts';
import type { GatewayConfig, Limits, Listener, ListeningTransport } from './config.ts';
import { Congestion } from './congestion.ts';
import { Connections } from './connections.ts';
import { Counters } from './counters.ts';
import { DueList } from './due-list.ts';
import { type FrontEnd, frontEnds, type ListeningFrontEnd } from './frontend.ts';
import { StdioFrontEnd } from './frontends/stdio.ts';
import { Hops } from './http/hops.ts';
import { OpenStreams } from './http/open-streams.ts';
import { ParameterHeaders } from './http/parameter-headers.ts';
import { InFlight, slotsFor } from './in-flight.ts';
import { createListener, isWeb, listen, onFailedHandshake, setTimes } from './listeners.ts';
import { PendingList } from './pending-list.ts';
import type { FromWorker, WorkerStart } from './protocol.ts';
import type { RequestLog } from './request-log.ts';
import { SessionStore } from './session-store.ts';
import { Sessionless } from './sessionless.ts';

/** How often time limits are looked at, in ms. */
export const sweepMillis = 100;
/** How long a connection may take to send something while draining, in ms. */
const silentMillis = 1_000;

/** Everything one worker does between its sockets and the router. */
export class DataPlane {
  /** One object: what holds it has the limits of now. */
  readonly limits: Limits;
  auth: Authenticator;
  readonly router: Router;
  readonly counters: Counters;
  readonly store: SessionStore;
  readonly connections: Connections;
  readonly congestion: Congestion;
  readonly sessionless = new Sessionless(this);
  readonly parameterHeaders = new ParameterHeaders(this);
  readonly openStreams = new OpenStreams(this);
  readonly hops: Hops;
  readonly inFlight: InFlight;
  /** The worker's. */
  readonly index: number;
  /** Of requests to clients. */
  readonly ids: WorkerIds;
  /** Every request in flight. */
  readonly pending = new PendingList();
  /** Those that have no time limit. */
  readonly subscriptions = new PendingList();
  /** The number of the request that came last. */
  lastRequest = 0;
  requestLog: RequestLog | undefined = undefined;
  /** Connections with a time limit. */
  readonly dueList = new DueList(performance.now());
  /** The names of the backends, each with an endpoint of its own. */
  readonly namespaces: readonly string[];
  /** No other worker: nothing needs to be told about sessions. */
  readonly alone: boolean;
  draining = false;
  /** `performance.now()` of the last sweep. */
  now = performance.now();
  readonly #config: GatewayConfig;
  readonly #ticketKeys: Uint8Array;
  readonly #post: (message: FromWorker) => void;
  readonly #frontEnds: Record<ListeningTransport, ListeningFrontEnd>;
  /** This worker has the client on standard input and output. */
  readonly #overStdio: boolean;
  #stdio: StdioFrontEnd | undefined = undefined;
  readonly #servers: Server[] = [];
  #staged: { readonly config: GatewayConfig; readonly auth: Authenticator } | undefined;
  #sweep: NodeJS.Timeout | undefined;

  constructor(
    { config, counters, inFlight, index, ticketKeys }: WorkerStart,
    router: Router,
    post: (message: FromWorker) => void,
  ) {
    this.limits = { ...config.limits };
    this.auth = createAuthenticator(config.auth);
    this.router = router;
    this.counters = new Counters(counters);
    this.index = index;
    this.ids = new WorkerIds(index);
    this.alone = config.workers === 1;
    this.namespaces = [config.backend.kind];
    this.#config = config;
    this.#overStdio = config.stdio && index === 0;
    this.#ticketKeys = ticketKeys;
    this.#post = post;
    this.store = new SessionStore(this, post);
    this.hops = new Hops(this, post);
    this.inFlight = new InFlight(inFlight, index, slotsFor(config));
    this.connections = new Connections(shareOf(config), this.counters);
    this.congestion = new Congestion(this.limits);
    this.#frontEnds = {
      http: frontEnds.http(this),
      websocket: frontEnds.websocket(this),
      tcp: frontEnds.tcp(this),
    };
  }

  async listen(): Promise<void> {
    await Promise.all(this.#config.listeners.map((listener) => this.#open(listener)));
    if (this.#overStdio)
      this.#stdio = new StdioFrontEnd(this, process.stdin, process.stdout, () => this.#post({ type: 'client-over' }));
    this.#sweep = setInterval(() => this.#onSweep(performance.now()), sweepMillis);
  }

  /** Makes ready for another configuration, which then only has to be switched to. */
  stage(config: GatewayConfig): void {
    this.#staged = { config, auth: createAuthenticator(config.auth) };
  }

  /** Connections that are open stay, whoever they belong to; what follows goes by what was staged. */
  commit(): GatewayConfig | undefined {
    if (this.#staged === undefined) return undefined;
    const { config, auth } = this.#staged;
    this.#staged = undefined;
    this.auth = auth;
    Object.assign(this.limits, config.limits);
    this.connections.limit = shareOf(config);
    for (const server of this.#servers) if (isWeb(server)) setTimes(server, config.limits);
    return config;
  }

  /** Takes no more connections and requests; reports `drained` when the last connection has closed. */
  drain(reason: string): void {
    this.draining = true;
    for (const server of this.#servers) server.close();
    this.subscriptions.refuseAll('The gateway is shutting down');
    for (const frontEnd of this.#running) frontEnd.drain(reason);
  }

  /** Ends what `drain` has left. */
  cut(): void {
    this.draining = true;
    this.pending.refuseAll('The gateway is shutting down');
    setImmediate(() => {
      this.connections.cut();
    });
  }

  get #running(): FrontEnd[] {
    const listening = Object.values(this.#frontEnds);
    return this.#stdio === undefined ? listening : [...listening, this.#stdio];
  }

  #onSweep(now: number): void {
    this.now = now;
    this.pending.sweep(now);
    this.dueList.sweep(now);
    this.congestion.sweep(now);
    this.store.sweep(now);
    this.sessionless.sweep(now);
    this.openStreams.sweep(now);
    this.counters.setGauge('inFlight', this.pending.length);
    this.counters.setGauge('sessions', this.store.size);
    this.counters.setGauge('streams', this.openStreams.size);
    if (this.draining) this.#finish(now);
  }

  #finish(now: number): void {
    for (const frontEnd of this.#running) frontEnd.sweep(now);
    for (const server of this.#servers) if (isWeb(server)) server.closeIdleConnections();
    this.connections.dropSilent(now, silentMillis);
    if (this.pending.length > 0 || this.connections.size > 0) return;
    clearInterval(this.#sweep);
    this.#post({ type: 'drained' });
  }

  async #open(listener: Listener): Promise<void> {
    const server = createListener(listener, this.#config, this.#ticketKeys);
    this.#servers.push(server);
    const [transport] = listener.transports;
    onFailedHandshake(server, (cause) => this.counters.failure(transport, cause));
    for (const transport of listener.transports) this.#frontEnds[transport].attach(server, listener);
    await listen(server, listener, this.#config.sockets.backlog, !this.alone);
  }
}

/** Of the connections of the gateway, those that one worker may have. */
function shareOf({ limits, workers }: GatewayConfig): number {
  return Math.ceil(limits.connections / workers);
}
