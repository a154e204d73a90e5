import { mostLingering } from '../../scenario/lingering.ts';
import type { OpenStream } from '../stream.ts';
import type { ConnectionHandler } from '../transport.ts';
import { Carriers } from './carriers.ts';
import { HttpConnection, type HttpOwner, noSlot } from './http-connection.ts';
import { LinkedStack } from './linked-stack.ts';

/** What the connections of all clients of a scenario share on one worker. */
export class ConnectionMeans {
  readonly openStream: OpenStream;
  readonly carriers = new Carriers();
  /** Connections that may still be opened. */
  budget: number;

  constructor(openStream: OpenStream, budget: number) {
    this.openStream = openStream;
    this.budget = budget;
  }
}

/** The client whose connections these are. */
export interface Client extends HttpOwner {
  /** The request that carries this message, made up on the spot. */
  requestOf(json: string): Buffer;
}

/**
 * The connections of one client over HTTP, of which each carries one exchange at a time:
 *
 *     opening ──► idle ◄──► carrying ──reply, rest to come──► ending ──rest goes on──► lingering
 *
 * From the last two they become idle, too, at the end of the response. Those that the target may be about to close are
 * given up instead of used: what is sent on them could be lost.
 */
export class HttpConnections {
  readonly #means: ConnectionMeans;
  readonly #client: Client;
  readonly #handler: ConnectionHandler;
  readonly #localAddress: string | undefined;
  readonly #established = new Set<HttpConnection>();
  readonly #idle = new LinkedStack<HttpConnection>();
  /** Busy with what nobody waits for, soon at its end: a notice, or a stream whose reply is here. */
  readonly #ending = new Set<HttpConnection>();
  /** The same, nobody knows for how long; the oldest first. */
  readonly #lingering = new Set<HttpConnection>();
  /** Messages nobody counts that wait for a connection. */
  readonly #notices: string[] = [];
  #opening = 0;

  constructor(means: ConnectionMeans, client: Client, handler: ConnectionHandler, localAddress: string | undefined) {
    this.#means = means;
    this.#client = client;
    this.#handler = handler;
    this.#localAddress = localAddress;
  }

  get established(): ReadonlySet<HttpConnection> {
    return this.#established;
  }

  get opening(): number {
    return this.#opening;
  }

  /** Some are busy with what nobody waits for, soon at its end. */
  get anyEnding(): boolean {
    return this.#ending.size > 0;
  }

  get allIdle(): boolean {
    return this.#idle.length === this.#established.size;
  }

  /** Notices that wait. */
  get notices(): number {
    return this.#notices.length;
  }

  /** So many exchanges wait: opens what will not be idle in a moment. False: the limit keeps some of them. */
  want(waiting: number): boolean {
    let soon = this.#opening + this.#ending.size;
    for (; soon < waiting && this.#hasRoom(); soon++) this.grow();
    return soon >= waiting;
  }

  /** What lingers may never end: the oldest gives way to a connection that is wanted. */
  #hasRoom(): boolean {
    const { budget } = this.#means;
    const most = budget > 0 ? Math.max(mostLingering, this.#established.size / 2) : 0;
    if (this.#lingering.size <= most) return budget > 0;
    this.discard(first(this.#lingering)!);
    return true;
  }

  grow(): void {
    this.#means.budget--;
    this.#opening++;
    new HttpConnection(this.#means.openStream, this.#localAddress, this.#client);
  }

  opened(connection: HttpConnection): void {
    this.#opening--;
    this.#established.add(connection);
    this.#idle.push(connection);
  }

  /** One that was opening is not wanted any more, or could not be opened. */
  notOpened(): void {
    this.#opening--;
    this.#means.budget++;
  }

  /** The idle connection that was used last. */
  take(): HttpConnection | undefined {
    for (;;) {
      const connection = this.#idle.pop();
      if (connection === undefined || !connection.expired) return connection;
      this.discard(connection);
    }
  }

  /** Sends the request of an exchange. False: its bytes must not be changed any more. */
  carry(connection: HttpConnection, slot: number, bytes: Buffer): boolean {
    this.#means.carriers.set(slot, connection);
    this.#handler.transferred(bytes.length, 0);
    return connection.carry(slot, bytes);
  }

  notify(json: string): void {
    this.#notices.push(json);
    this.sendNotices();
  }

  /** Those that wait go one after another over the next that is idle. */
  sendNotices(): void {
    while (this.#notices.length > 0) {
      const connection = this.take();
      if (connection === undefined) return void this.want(1);
      const bytes = this.#client.requestOf(this.#notices.shift()!);
      this.#ending.add(connection);
      this.#handler.transferred(bytes.length, 0);
      connection.carry(noSlot, bytes);
    }
  }

  /** The reply is here, its stream not yet at its end. */
  ends(connection: HttpConnection): void {
    this.#ending.add(connection);
  }

  lingers(connection: HttpConnection): void {
    this.#ending.delete(connection);
    this.#lingering.add(connection);
  }

  /** What was soon to end has not. */
  endingLingers(): void {
    for (const connection of this.#ending) this.lingers(connection);
  }

  done(connection: HttpConnection, reusable: boolean): void {
    if (!reusable) return this.drop(connection);
    if (this.#ending.size > 0) this.#ending.delete(connection);
    if (this.#lingering.size > 0) this.#lingering.delete(connection);
    this.#idle.push(connection);
  }

  /** It is closed. */
  drop(connection: HttpConnection): void {
    this.#established.delete(connection);
    this.#idle.remove(connection);
    this.#ending.delete(connection);
    this.#lingering.delete(connection);
    this.#handler.grew(-1);
    this.#means.budget++;
  }

  discard(connection: HttpConnection): void {
    this.drop(connection);
    connection.destroy();
  }

  /** The one that carries this exchange, if there is one. */
  carrierOf(slot: number): HttpConnection | undefined {
    const carrying = this.#means.carriers.of(slot);
    return carrying !== undefined && this.#established.has(carrying) ? carrying : undefined;
  }

  /** Nobody waits for this exchange any more. False: none of the connections carries it. */
  forget(slot: number): boolean {
    const carrying = this.carrierOf(slot);
    if (carrying !== undefined) this.discard(carrying);
    return carrying !== undefined;
  }

  /** Those whose responses nobody waits for make room for others. */
  discardEnding(): void {
    for (const connection of this.#ending) this.discard(connection);
    for (const connection of this.#lingering) this.discard(connection);
  }

  /** A connection for a last request: an idle one, else one whose response nobody waits for. */
  takeFree(): HttpConnection | undefined {
    return this.take() ?? first(this.#ending) ?? first(this.#lingering);
  }

  /** All that are established; none is this client's any more. Those that are opening are `notOpened` later. */
  release(): readonly HttpConnection[] {
    const connections = [...this.#established];
    this.#means.budget += connections.length;
    this.#established.clear();
    return connections;
  }
}

function first<T>(set: ReadonlySet<T>): T | undefined {
  return set.values().next().value;
}
