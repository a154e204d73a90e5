import type { ScenarioPlan } from '../../scenario/plan.ts';
import { hostField, requestHead } from '../../wire/http1.ts';
import { Backoff } from '../backoff.ts';
import { now } from '../clock.ts';
import {
  type Fields,
  type Packing,
  PreparedRequests,
  type RequestBody,
  type RequestSource,
  whole,
} from '../request.ts';
import type {
  CloseKind,
  Connection,
  ConnectionHandler,
  Loss,
  OpenFailure,
  Transport,
  TransportFactory,
} from '../transport.ts';
import { type HttpConnection, noSlot } from './http-connection.ts';
import { type Client, ConnectionMeans, HttpConnections } from './http-connections.ts';
import { commonFields, postFields, sessionFields } from './http-fields.ts';
import { postPacking } from './post.ts';

interface Shared {
  readonly scenario: ScenarioPlan;
  readonly means: ConnectionMeans;
  readonly prepared: PreparedRequests;
  /** Requests of clients without a session. */
  readonly requests: readonly RequestSource[];
  /** Those of clients that were given no session id, by protocol version: one set of bytes stays in the caches, a thousand do not. */
  readonly unnamed: Map<string, readonly RequestSource[]>;
  readonly host: string;
}

/** Streamable HTTP over HTTP/1.1 keep-alive: one exchange at a time on a connection, more connections on demand. */
export const httpTransport: TransportFactory = (scenario, requests, openStream) => {
  const host = hostField(scenario.target);
  const packing = packingOf(scenario, host, []);
  const prepared = new PreparedRequests(requests, packing);
  const shared: Shared = {
    scenario,
    means: new ConnectionMeans(openStream, scenario.maxConnections),
    host,
    prepared,
    requests: prepared.sources(packing),
    unnamed: new Map(),
  };
  const transport: Transport = { open: (handler, localAddress) => new HttpClient(shared, handler, localAddress) };
  return transport;
};

function packingOf(scenario: ScenarioPlan, host: string, session: Fields): Packing {
  return postPacking(scenario.target.path, host, postFields(scenario, session));
}

/** One client of the target: its connections, of which each carries one exchange at a time, and its session. */
class HttpClient implements Connection, Client {
  readonly #shared: Shared;
  readonly #handler: ConnectionHandler;
  readonly #connections: HttpConnections;
  #usable = false;
  #closed = false;
  #sessionId: string | undefined;
  #session: Fields = [];
  #redirect: string | undefined;
  readonly #backoff = new Backoff();
  #requests: readonly RequestSource[] | undefined;

  constructor(shared: Shared, handler: ConnectionHandler, localAddress: string | undefined) {
    this.#shared = shared;
    this.#handler = handler;
    this.#connections = new HttpConnections(shared.means, this, handler, localAddress);
    this.#connections.grow();
  }

  get lastWords(): string | undefined {
    return this.#redirect;
  }

  readonly awaitsReplies = true;

  get awaitsSession(): boolean {
    return this.#sessionId === undefined;
  }

  send(operation: number, slot: number, id: number): boolean {
    const connection = this.#connections.take();
    if (connection === undefined) return false;
    const request = (this.#requests ?? this.#shared.requests)[operation];
    const bytes = request.withId(id, slot);
    if (!this.#connections.carry(connection, slot, bytes)) request.detach();
    return true;
  }

  ask(slot: number, { body, headers }: RequestBody): boolean {
    const connection = this.#connections.take();
    if (connection !== undefined) this.#connections.carry(connection, slot, this.requestOf(body, headers));
    return connection !== undefined;
  }

  want(waiting: number): boolean {
    if (this.#backoff.until > 0 && now() < this.#backoff.until) return true;
    return !this.#closed && this.#connections.want(waiting);
  }

  notify(json: string): void {
    this.#connections.notify(json);
  }

  initialized(protocolVersion: string): void {
    this.#session = sessionFields(this.#sessionId, protocolVersion);
    const { scenario, host, prepared, unnamed } = this.#shared;
    const known = this.#sessionId === undefined ? unnamed.get(protocolVersion) : undefined;
    this.#requests = known ?? prepared.sources(packingOf(scenario, host, this.#session));
    if (this.#sessionId === undefined) unnamed.set(protocolVersion, this.#requests);
  }

  forget(slot: number): void {
    if (!this.#connections.forget(slot)) this.#connections.discardEnding();
  }

  close(how: CloseKind): void {
    this.#closed = true;
    const last = how === 'delete' && this.#session.length > 0 ? this.#connections.takeFree() : undefined;
    if (this.#usable) this.#handler.grew(1 - this.#connections.established.size);
    this.#usable = false;
    if (last) {
      const { scenario, host } = this.#shared;
      const bytes = Buffer.from(
        requestHead('DELETE', scenario.target.path, host, commonFields(scenario, this.#session)),
      );
      this.#handler.transferred(bytes.length, 0);
      last.end(bytes);
    }
    for (const connection of this.#connections.release()) if (connection !== last) connection.destroy(how === 'kill');
  }

  opened(connection: HttpConnection, at: number): void {
    this.#backoff.succeeded();
    if (this.#closed) {
      this.#connections.notOpened();
      return connection.destroy();
    }
    this.#connections.opened(connection);
    if (this.#usable) {
      this.#handler.grew(1);
      return this.settled(at);
    }
    this.#usable = true;
    this.#handler.connected(0, at);
  }

  failed(failure: OpenFailure, at: number): void {
    this.#connections.notOpened();
    if (this.#closed) return;
    this.#backoff.failed(at);
    if (this.#connections.established.size + this.#connections.opening > 0) return this.#handler.attemptFailed(failure);
    this.#closed = true;
    this.#handler.refused(failure, at);
  }

  answered(connection: HttpConnection): void {
    this.#connections.ends(connection);
  }

  lingers(connection: HttpConnection): void {
    this.#connections.lingers(connection);
  }

  unanswered(slot: number, at: number): void {
    if (!this.#closed) this.#handler.exchangeLost(slot, 'lost', at);
  }

  done(connection: HttpConnection, reusable: boolean): void {
    if (!this.#closed) this.#connections.done(connection, reusable);
  }

  message(slot: number, bytes: Buffer, start: number, end: number, at: number): void {
    if (!this.#closed && slot !== noSlot) this.#handler.message(slot, bytes, start, end, at);
  }

  began(slot: number, event: boolean, at: number): void {
    if (!this.#closed) this.#handler.replyBegan(slot, event, at);
  }

  httpStatus(slot: number, status: number, bytes: Buffer, start: number, end: number, at: number): void {
    if (!this.#closed && slot !== noSlot) this.#handler.httpStatus(slot, status, bytes, start, end, at);
  }

  settled(at: number): void {
    if (this.#closed) return;
    if (this.#connections.notices > 0) this.#connections.sendNotices();
    this.#handler.writable(at);
  }

  sessionOpened(sessionId: string): void {
    this.#sessionId = sessionId;
  }

  redirected(words: string): void {
    this.#redirect = words;
  }

  lost(connection: HttpConnection, slot: number, loss: Loss | undefined, at: number): void {
    if (this.#closed) return;
    this.#connections.drop(connection);
    if (loss === undefined) this.#handler.idleEnded(at);
    else if (slot !== noSlot) this.#handler.exchangeLost(slot, loss, at);
    this.settled(at);
  }

  received(bytes: number): void {
    this.#handler.transferred(0, bytes);
  }

  requestOf(json: string, headers: Fields = []): Buffer {
    const { scenario, host } = this.#shared;
    return whole(packingOf(scenario, host, this.#session), json, headers).bytes;
  }
}
