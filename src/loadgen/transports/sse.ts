import type { ScenarioPlan } from '../../scenario/plan.ts';
import { hostField, requestHead } from '../../wire/http1.ts';
import { MessageKind, ReplyScanner } from '../../wire/reply-scan.ts';
import { type Packing, PreparedRequests, type RequestBody, type RequestSource, whole } from '../request.ts';
import type { OpenStream } from '../stream.ts';
import type { CloseKind, Connection, ConnectionHandler, Loss, OpenFailure, TransportFactory } from '../transport.ts';
import { HttpConnection, type HttpOwner, noSlot } from './http-connection.ts';
import { commonFields } from './http-fields.ts';
import { takeIdle } from './idle.ts';
import { postPacking } from './post.ts';
import { remove } from './remove.ts';
import { EventStream, type StreamOwner } from './sse-stream.ts';

interface Shared {
  readonly scenario: ScenarioPlan;
  readonly openStream: OpenStream;
  readonly prepared: PreparedRequests;
  readonly host: string;
  readonly origin: string;
  /** The GET that opens an event stream. */
  readonly listen: Buffer;
  /** Connections this worker may still open for this scenario; the first two of a client are opened in any case. */
  budget: number;
}

/** Acknowledgements of a client that may go on behind the reply, where they are not half of its connections. */
const mostLingering = 8;

const scanner = new ReplyScanner();
const noBody = Buffer.alloc(0);

/**
 * HTTP+SSE, the transport of 2024-11-05: a GET whose event stream names an endpoint and brings every message, and POSTs
 * to that endpoint, each of which is acknowledged. One exchange at a time occupies a connection for POSTs until then;
 * more are opened on demand.
 */
export const sseTransport: TransportFactory = (scenario, requests, openStream) => {
  const host = hostField(scenario.target);
  const fields = [...commonFields(scenario), ['Accept', 'text/event-stream'] as const];
  const shared: Shared = {
    ...{ scenario, openStream, host },
    prepared: new PreparedRequests(requests, postPacking(scenario.target.path, host, [])),
    origin: `${scenario.target.secure ? 'https' : 'http'}://${host}`,
    listen: Buffer.from(requestHead('GET', scenario.target.path, host, fields)),
    budget: scenario.maxConnections,
  };
  return { open: (handler, localAddress) => new SseClient(shared, handler, localAddress) };
};

/**
 * One client: its event stream, then its connections for POSTs.
 *
 *     opening ──endpoint──► opening ──first POST connection──► open ──stream ends──► closed
 */
class SseClient implements Connection, StreamOwner, HttpOwner {
  readonly #shared: Shared;
  readonly #handler: ConnectionHandler;
  readonly #localAddress: string | undefined;
  readonly #stream: EventStream;
  /** All that are established, and those that carry nothing. */
  readonly #posts: HttpConnection[] = [];
  readonly #idle: HttpConnection[] = [];
  /** The id of what a connection carries, or was the last to carry. */
  readonly #ids = new Map<HttpConnection, number>();
  /** Messages nobody counts that wait for a connection. */
  readonly #notices: string[] = [];
  #state: 'opening' | 'open' | 'closed' = 'opening';
  #opening = 0;
  /** What an acknowledgement brings is neither a session nor a reply, whatever it says. */
  readonly awaitsSession = false;
  readonly awaitsReplies = false;
  /** To the endpoint, once it is known. */
  #packing: Packing | undefined;
  #requests: readonly RequestSource[] = [];

  constructor(shared: Shared, handler: ConnectionHandler, localAddress: string | undefined) {
    this.#shared = shared;
    this.#handler = handler;
    this.#localAddress = localAddress;
    shared.budget--;
    this.#stream = new EventStream(shared.openStream, localAddress, shared.listen, this);
  }

  send(operation: number, slot: number, id: number): boolean {
    const post = takeIdle(this.#idle, this.#giveUp);
    if (post === undefined) return false;
    const request = this.#requests[operation];
    if (!this.#carry(post, slot, id, request.withId(id, slot))) request.detach();
    return true;
  }

  ask(slot: number, { body }: RequestBody): boolean {
    const post = takeIdle(this.#idle, this.#giveUp);
    if (post !== undefined) this.#carry(post, slot, -1, this.#made(body));
    return post !== undefined;
  }

  want(waiting: number): boolean {
    while (this.#opening < waiting && this.#state === 'open' && this.#hasRoom()) this.#grow();
    return this.#opening >= waiting;
  }

  notify(json: string): void {
    this.#notices.push(json);
    this.#sendNotices();
    this.want(this.#notices.length);
  }

  initialized(): void {}

  forget(slot: number): void {
    const carrying = this.#posts.find((post) => post.slot === slot);
    if (carrying !== undefined) this.#discard(carrying);
  }

  close(how: CloseKind): void {
    if (this.#state === 'closed') return;
    const reset = how === 'kill';
    const wasOpen = this.#state === 'open';
    this.#state = 'closed';
    for (const connection of [this.#stream, ...this.#posts])
      if (reset || !wasOpen) connection.destroy(reset);
      else connection.end();
    this.#shared.budget += this.#posts.length + 1;
    this.#handler.grew(-this.#posts.length);
    this.#posts.length = 0;
    this.#idle.length = 0;
  }

  endpoint(address: string, at: number): void {
    const { origin, scenario, prepared, host } = this.#shared;
    const base = origin + scenario.target.path;
    const url = URL.canParse(address, base) ? new URL(address, base) : undefined;
    if (url?.origin !== new URL(origin).origin)
      return this.#refuse({ reason: 'handshake', message: `its endpoint "${address}" is not on ${origin}` }, at);
    const fields = [...commonFields(scenario), ['Content-Type', 'application/json'] as const];
    this.#packing = postPacking(url.pathname + url.search, host, fields);
    this.#requests = prepared.sources(this.#packing);
    this.#grow();
  }

  streamMessage(bytes: Buffer, start: number, end: number, at: number): void {
    if (this.#state !== 'open') return;
    if (this.#idle.length < this.#posts.length) this.#disown(bytes, start, end);
    this.#handler.message(-1, bytes, start, end, at);
  }

  streamFailed(failure: OpenFailure, at: number): void {
    if (this.#state !== 'closed') this.#refuse(failure, at);
  }

  streamLost(loss: Loss, at: number): void {
    if (this.#state === 'opening')
      return this.#refuse({ reason: 'closed', message: 'the event stream ended during connecting' }, at);
    if (this.#state === 'closed') return;
    this.close('kill');
    this.#handler.lost(loss, at);
  }

  opened(post: HttpConnection, at: number): void {
    this.#opening--;
    if (this.#state === 'closed') {
      this.#shared.budget++;
      return post.destroy();
    }
    this.#posts.push(post);
    this.#idle.push(post);
    this.#handler.grew(1);
    if (this.#state === 'open') return this.settled(at);
    this.#state = 'open';
    this.#handler.connected(at - this.#stream.connectedAt, at);
  }

  failed(failure: OpenFailure, at: number): void {
    this.#opening--;
    this.#shared.budget++;
    if (this.#state === 'closed') return;
    if (this.#posts.length + this.#opening === 0) this.#refuse(failure, at);
    else this.#handler.attemptFailed(failure);
  }

  done(post: HttpConnection, reusable: boolean): void {
    if (this.#state === 'closed') return;
    if (reusable) this.#idle.push(post);
    else this.#drop(post);
  }

  httpStatus(slot: number, status: number, _bytes: Buffer, _start: number, _end: number, at: number): void {
    if (this.#state === 'closed' || slot === noSlot || (status >= 200 && status < 300)) return;
    this.#handler.httpStatus(slot, status, noBody, 0, 0, at);
  }

  lost(post: HttpConnection, slot: number, loss: Loss | undefined, at: number): void {
    if (this.#state === 'closed') return;
    this.#drop(post);
    if (slot !== noSlot && loss !== undefined) this.#handler.exchangeLost(slot, loss, at);
    this.settled(at);
  }

  settled(at: number): void {
    this.#sendNotices();
    if (this.#state === 'open') this.#handler.writable(at);
  }

  received(bytes: number): void {
    this.#handler.transferred(0, bytes);
  }

  message(): void {}
  began(): void {}
  answered(): void {}
  unanswered(): void {}
  sessionOpened(): void {}
  redirected(): void {}

  transferred(sent: number, received: number): void {
    this.#handler.transferred(sent, received);
  }

  /** A reply that comes before its request is acknowledged: nobody waits for that any more. */
  #disown(bytes: Buffer, start: number, end: number): void {
    const kind = scanner.scan(bytes, start, end);
    if (kind !== MessageKind.result && kind !== MessageKind.error) return;
    for (const post of this.#posts) if (post.slot !== noSlot && this.#ids.get(post) === scanner.id) post.disown();
  }

  #refuse(failure: OpenFailure, at: number): void {
    this.close('kill');
    this.#handler.refused(failure, at);
  }

  #sendNotices(): void {
    while (this.#notices.length > 0) {
      const post = takeIdle(this.#idle, this.#giveUp);
      if (post === undefined) return;
      this.#carry(post, noSlot, 0, this.#made(this.#notices.shift()!));
    }
  }

  #carry(post: HttpConnection, slot: number, id: number, bytes: Buffer): boolean {
    this.#ids.set(post, id);
    this.#handler.transferred(bytes.length, 0);
    return post.carry(slot, bytes);
  }

  /** An acknowledgement that goes on behind the reply may never end: the oldest gives way to a connection that is wanted. */
  #hasRoom(): boolean {
    const lingering = this.#posts.filter(({ lingers }) => lingers);
    const most = this.#shared.budget > 0 ? Math.max(mostLingering, this.#posts.length / 2) : 0;
    if (lingering.length > most) this.#discard(lingering[0]);
    return this.#shared.budget > 0;
  }

  #grow(): void {
    this.#shared.budget--;
    this.#opening++;
    new HttpConnection(this.#shared.openStream, this.#localAddress, this);
  }

  readonly #giveUp = (post: HttpConnection): void => this.#drop(post);

  #discard(post: HttpConnection): void {
    this.#drop(post);
    post.destroy();
  }

  #drop(post: HttpConnection): void {
    remove(this.#posts, post);
    remove(this.#idle, post);
    this.#ids.delete(post);
    this.#handler.grew(-1);
    this.#shared.budget++;
  }

  /** A request made up on the spot, on a connection that there is only since the endpoint is known. */
  #made(json: string): Buffer {
    return whole(this.#packing!, json).bytes;
  }
}
