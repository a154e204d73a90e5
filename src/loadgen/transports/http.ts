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
import type { OpenStream } from '../stream.ts';
import type {
  CloseKind,
  Connection,
  ConnectionHandler,
  Loss,
  OpenFailure,
  Transport,
  TransportFactory,
} from '../transport.ts';
import { HttpConnection, type HttpOwner, noSlot } from './http-connection.ts';
import { commonFields, postFields, sessionFields } from './http-fields.ts';
import { takeIdle } from './idle.ts';
import { postPacking } from './post.ts';
import { remove } from './remove.ts';

interface Shared {
  readonly scenario: ScenarioPlan;
  readonly openStream: OpenStream;
  readonly prepared: PreparedRequests;
  /** Requests of clients without a session. */
  readonly requests: readonly RequestSource[];
  /** Those of clients that were given no session id, by protocol version: one set of bytes stays in the caches, a thousand do not. */
  readonly unnamed: Map<string, readonly RequestSource[]>;
  readonly host: string;
  /** Connections this worker may still open for this scenario. */
  budget: number;
}

/** Streamable HTTP over HTTP/1.1 keep-alive: one exchange at a time on a connection, more connections on demand. */
export const httpTransport: TransportFactory = (scenario, requests, openStream) => {
  const host = hostField(scenario.target);
  const packing = packingOf(scenario, host, []);
  const prepared = new PreparedRequests(requests, packing);
  const shared: Shared = {
    scenario,
    openStream,
    host,
    prepared,
    requests: prepared.sources(packing),
    unnamed: new Map(),
    budget: scenario.maxConnections,
  };
  const transport: Transport = { open: (handler, localAddress) => new HttpClient(shared, handler, localAddress) };
  return transport;
};

function packingOf(scenario: ScenarioPlan, host: string, session: Fields): Packing {
  return postPacking(scenario.target.path, host, postFields(scenario, session));
}

/** One client of the target: its connections, of which each carries one exchange at a time, and its session. */
class HttpClient implements Connection, HttpOwner {
  readonly #shared: Shared;
  readonly #handler: ConnectionHandler;
  readonly #localAddress: string | undefined;
  /** All that are established. */
  readonly #connections: HttpConnection[] = [];
  readonly #idle: HttpConnection[] = [];
  /** Busy with what nobody waits for: a notice, or the end of a stream whose reply is here. */
  readonly #ending = new Set<HttpConnection>();
  /** Notices that wait for a connection. */
  readonly #notices: string[] = [];
  #open = 0;
  #opening = 0;
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
    this.#localAddress = localAddress;
    this.#grow();
  }

  get lastWords(): string | undefined {
    return this.#redirect;
  }

  readonly awaitsReplies = true;

  get awaitsSession(): boolean {
    return this.#sessionId === undefined;
  }

  send(operation: number, slot: number, id: number): boolean {
    const connection = takeIdle(this.#idle, this.#giveUp);
    if (connection === undefined) return false;
    const request = (this.#requests ?? this.#shared.requests)[operation];
    const bytes = request.withId(id, slot);
    this.#handler.transferred(bytes.length, 0);
    if (!connection.carry(slot, bytes)) request.detach();
    return true;
  }

  ask(slot: number, { body, headers }: RequestBody): boolean {
    const connection = takeIdle(this.#idle, this.#giveUp);
    if (connection !== undefined) connection.carry(slot, this.#made(body, headers));
    return connection !== undefined;
  }

  want(waiting: number): boolean {
    if (this.#backoff.until > 0 && now() < this.#backoff.until) return true;
    let soon = this.#opening;
    for (const connection of this.#ending) if (!connection.lingers) soon++;
    for (; soon < waiting && this.#shared.budget > 0 && !this.#closed; soon++) this.#grow();
    return soon >= waiting;
  }

  notify(json: string): void {
    this.#notices.push(json);
    this.#sendNotices();
    if (this.#notices.length > this.#opening && this.#shared.budget > 0) this.#grow();
  }

  initialized(protocolVersion: string): void {
    this.#session = sessionFields(this.#sessionId, protocolVersion);
    const { scenario, host, prepared, unnamed } = this.#shared;
    const known = this.#sessionId === undefined ? unnamed.get(protocolVersion) : undefined;
    this.#requests = known ?? prepared.sources(packingOf(scenario, host, this.#session));
    if (this.#sessionId === undefined) unnamed.set(protocolVersion, this.#requests);
  }

  forget(slot: number): void {
    const carrying = this.#connections.find((connection) => connection.slot === slot);
    const dead = carrying === undefined ? [...this.#ending] : [carrying];
    for (const connection of dead) {
      this.#drop(connection);
      connection.destroy();
    }
  }

  close(how: CloseKind): void {
    this.#closed = true;
    if (this.#usable) this.#handler.grew(1 - this.#connections.length);
    this.#usable = false;
    const last = how === 'delete' && this.#session.length > 0 ? this.#takeFree() : undefined;
    if (last) {
      const { scenario, host } = this.#shared;
      const bytes = Buffer.from(
        requestHead('DELETE', scenario.target.path, host, commonFields(scenario, this.#session)),
      );
      this.#handler.transferred(bytes.length, 0);
      last.end(bytes);
    }
    for (const connection of this.#connections) if (connection !== last) connection.destroy(how === 'kill');
    this.#shared.budget += this.#open - this.#opening;
    this.#open = this.#opening;
  }

  opened(connection: HttpConnection, at: number): void {
    this.#opening--;
    this.#backoff.succeeded();
    if (this.#closed) {
      this.#gone();
      return connection.destroy();
    }
    this.#connections.push(connection);
    this.#idle.push(connection);
    if (this.#usable) {
      this.#handler.grew(1);
      return this.settled(at);
    }
    this.#usable = true;
    this.#handler.connected(0, at);
  }

  failed(failure: OpenFailure, at: number): void {
    this.#opening--;
    this.#gone();
    if (this.#closed) return;
    this.#backoff.failed(at);
    if (this.#open > 0) return this.#handler.attemptFailed(failure);
    this.#closed = true;
    this.#handler.refused(failure, at);
  }

  answered(connection: HttpConnection): void {
    this.#ending.add(connection);
  }

  unanswered(slot: number, at: number): void {
    if (!this.#closed) this.#handler.exchangeLost(slot, 'lost', at);
  }

  done(connection: HttpConnection, reusable: boolean): void {
    if (this.#closed) return;
    if (!reusable) return this.#drop(connection);
    if (this.#ending.size > 0) this.#ending.delete(connection);
    this.#idle.push(connection);
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
    if (this.#notices.length > 0) this.#sendNotices();
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
    this.#drop(connection);
    if (loss === undefined) this.#handler.idleEnded(at);
    else if (slot !== noSlot) this.#handler.exchangeLost(slot, loss, at);
    this.settled(at);
  }

  received(bytes: number): void {
    this.#handler.transferred(0, bytes);
  }

  #sendNotices(): void {
    while (this.#notices.length > 0) {
      const connection = takeIdle(this.#idle, this.#giveUp);
      if (connection === undefined) return;
      const json = this.#notices.shift()!;
      this.#ending.add(connection);
      connection.carry(noSlot, this.#made(json));
    }
  }

  /** A request of this session, made up on the spot. */
  #made(json: string, headers: Fields = []): Buffer {
    const { scenario, host } = this.#shared;
    const { bytes } = whole(packingOf(scenario, host, this.#session), json, headers);
    this.#handler.transferred(bytes.length, 0);
    return bytes;
  }

  /** A connection for a last request: an idle one, else one whose response nobody waits for. */
  #takeFree(): HttpConnection | undefined {
    const idle = takeIdle(this.#idle, this.#giveUp);
    if (idle !== undefined) return idle;
    const [ending] = this.#ending;
    this.#ending.delete(ending);
    return ending;
  }

  #grow(): void {
    this.#shared.budget--;
    this.#open++;
    this.#opening++;
    new HttpConnection(this.#shared.openStream, this.#localAddress, this);
  }

  readonly #giveUp = (connection: HttpConnection): void => this.#drop(connection);

  #drop(connection: HttpConnection): void {
    remove(this.#connections, connection);
    remove(this.#idle, connection);
    this.#ending.delete(connection);
    this.#handler.grew(-1);
    this.#gone();
  }

  #gone(): void {
    this.#open--;
    this.#shared.budget++;
  }
}
