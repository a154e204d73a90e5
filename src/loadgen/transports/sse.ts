import type { ScenarioPlan } from '../../scenario/plan.ts';
import { hostField, requestHead } from '../../wire/http1.ts';
import { MessageKind, ReplyScanner } from '../../wire/reply-scan.ts';
import { now } from '../clock.ts';
import { type Packing, PreparedRequests, type RequestBody, type RequestSource, whole } from '../request.ts';
import type { CloseKind, Connection, ConnectionHandler, Loss, OpenFailure, TransportFactory } from '../transport.ts';
import { type HttpConnection, noSlot } from './http-connection.ts';
import { type Client, ConnectionMeans, HttpConnections } from './http-connections.ts';
import { commonFields } from './http-fields.ts';
import { postPacking } from './post.ts';
import { EventStream, type StreamOwner } from './sse-stream.ts';

interface Shared {
  readonly scenario: ScenarioPlan;
  /** The first two connections of a client are opened whatever is left of the budget. */
  readonly means: ConnectionMeans;
  readonly prepared: PreparedRequests;
  readonly host: string;
  readonly origin: string;
  /** The GET that opens an event stream. */
  readonly listen: Buffer;
}

/** So long a request waits for acknowledgements that are due, before a connection is opened for it; ms. */
const patience = 5;

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
    ...{ scenario, host },
    means: new ConnectionMeans(openStream, scenario.maxConnections),
    prepared: new PreparedRequests(requests, postPacking(scenario.target.path, host, [])),
    origin: `${scenario.target.secure ? 'https' : 'http'}://${host}`,
    listen: Buffer.from(requestHead('GET', scenario.target.path, host, fields)),
  };
  return { open: (handler, localAddress) => new SseClient(shared, handler, localAddress) };
};

/**
 * One client: its event stream, then its connections for POSTs.
 *
 *     opening ──endpoint──► opening ──first POST connection──► open ──stream ends──► closed
 */
class SseClient implements Connection, StreamOwner, Client {
  readonly #shared: Shared;
  readonly #handler: ConnectionHandler;
  readonly #stream: EventStream;
  readonly #posts: HttpConnections;
  #state: 'opening' | 'open' | 'closed' = 'opening';
  /** What an acknowledgement brings is neither a session nor a reply, whatever it says. */
  readonly awaitsSession = false;
  readonly awaitsReplies = false;
  /** To the endpoint, once it is known. */
  #packing: Packing | undefined;
  #requests: readonly RequestSource[] = [];
  #patient: NodeJS.Timeout | undefined;

  constructor(shared: Shared, handler: ConnectionHandler, localAddress: string | undefined) {
    this.#shared = shared;
    this.#handler = handler;
    this.#posts = new HttpConnections(shared.means, this, handler, localAddress);
    shared.means.budget--;
    this.#stream = new EventStream(shared.means.openStream, localAddress, shared.listen, this);
  }

  send(operation: number, slot: number, id: number): boolean {
    const post = this.#posts.take();
    if (post === undefined) return false;
    const request = this.#requests[operation];
    if (!this.#carry(post, slot, id, request.withId(id, slot))) request.detach();
    return true;
  }

  ask(slot: number, { body }: RequestBody): boolean {
    const post = this.#posts.take();
    if (post !== undefined) this.#carry(post, slot, -1, this.requestOf(body));
    return post !== undefined;
  }

  want(waiting: number): boolean {
    if (this.#state !== 'open') return false;
    this.#waitAWhile();
    return this.#posts.want(waiting);
  }

  notify(json: string): void {
    this.#posts.notify(json);
    if (this.#posts.notices > 0) this.#waitAWhile();
  }

  initialized(): void {}

  forget(slot: number): void {
    this.#posts.forget(slot);
  }

  /** What waits does so for acknowledgements that are due, as long as they take usually. */
  #waitAWhile(): void {
    if (this.#posts.anyEnding) this.#patient ??= setTimeout(() => this.#waitNoLonger(), patience);
  }

  #waitNoLonger(): void {
    this.#patient = undefined;
    this.#posts.endingLingers();
    this.settled(now());
  }

  close(how: CloseKind): void {
    if (this.#state === 'closed') return;
    const reset = how === 'kill';
    const wasOpen = this.#state === 'open';
    this.#state = 'closed';
    clearTimeout(this.#patient);
    const posts = this.#posts.release();
    for (const connection of [this.#stream, ...posts])
      if (reset || !wasOpen) connection.destroy(reset);
      else connection.end();
    this.#shared.means.budget++;
    this.#handler.grew(-posts.length);
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
    this.#posts.grow();
  }

  streamMessage(bytes: Buffer, start: number, end: number, at: number): void {
    if (this.#state !== 'open') return;
    if (!this.#posts.allIdle) this.#disown(bytes, start, end);
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
    if (this.#state === 'closed') {
      this.#posts.notOpened();
      return post.destroy();
    }
    this.#posts.opened(post);
    this.#handler.grew(1);
    if (this.#state === 'open') return this.settled(at);
    this.#state = 'open';
    this.#handler.connected(at - this.#stream.connectedAt, at);
  }

  failed(failure: OpenFailure, at: number): void {
    this.#posts.notOpened();
    if (this.#state === 'closed') return;
    if (this.#posts.established.size + this.#posts.opening === 0) this.#refuse(failure, at);
    else this.#handler.attemptFailed(failure);
  }

  done(post: HttpConnection, reusable: boolean): void {
    if (this.#state !== 'closed') this.#posts.done(post, reusable);
  }

  answered(post: HttpConnection): void {
    this.#posts.ends(post);
  }

  lingers(post: HttpConnection): void {
    this.#posts.lingers(post);
  }

  httpStatus(slot: number, status: number, _bytes: Buffer, _start: number, _end: number, at: number): void {
    if (this.#state === 'closed' || slot === noSlot || (status >= 200 && status < 300)) return;
    this.#handler.httpStatus(slot, status, noBody, 0, 0, at);
  }

  lost(post: HttpConnection, slot: number, loss: Loss | undefined, at: number): void {
    if (this.#state === 'closed') return;
    this.#posts.drop(post);
    if (slot !== noSlot && loss !== undefined) this.#handler.exchangeLost(slot, loss, at);
    this.settled(at);
  }

  settled(at: number): void {
    if (this.#state !== 'open') return;
    this.#posts.sendNotices();
    this.#handler.writable(at);
  }

  received(bytes: number): void {
    this.#handler.transferred(0, bytes);
  }

  message(): void {}
  began(): void {}
  unanswered(): void {}
  sessionOpened(): void {}
  redirected(): void {}

  transferred(sent: number, received: number): void {
    this.#handler.transferred(sent, received);
  }

  /** A reply that comes before its request is acknowledged: nobody waits for that any more. */
  #disown(bytes: Buffer, start: number, end: number): void {
    const kind = scanner.scan(bytes, start, end);
    if ((kind !== MessageKind.result && kind !== MessageKind.error) || scanner.id < 0) return;
    const post = this.#posts.carrierOf(this.#handler.slotOf(scanner.id));
    if (post?.id === scanner.id) post.disown();
  }

  #refuse(failure: OpenFailure, at: number): void {
    this.close('kill');
    this.#handler.refused(failure, at);
  }

  #carry(post: HttpConnection, slot: number, id: number, bytes: Buffer): boolean {
    post.id = id;
    return this.#posts.carry(post, slot, bytes);
  }

  /** Asked for with a connection at hand, which there is only since the endpoint is known. */
  requestOf(json: string): Buffer {
    return whole(this.#packing!, json).bytes;
  }
}
