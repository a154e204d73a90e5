import { answers, type Client } from '../router/client.ts';
import type { Answer, Caller, UpstreamSession } from '../router/exchange.ts';
import { findMember } from '../wire/json-member.ts';
import { errorObject, faults, type Message, RpcCode } from '../wire/jsonrpc.ts';
import {
  type Era,
  eras,
  type MethodIndex,
  methodIndex,
  methodName,
  methodOf,
  type Transport,
  transports,
} from '../wire/mcp.ts';
import { eraOf } from '../wire/modern.ts';
import { seriesOf } from './counters.ts';
import type { DataPlane } from './data-plane.ts';
import { type Channel, sendMessage, sendReply } from './frontend.ts';
import type { Cause } from './metrics/reasons.ts';
import { PendingRequest } from './pending-request.ts';
import { ServerRequests } from './server-requests.ts';

export interface SessionOptions {
  readonly id: string;
  readonly subject: string;
  readonly transport: Transport;
  /** Where what belongs to no request goes: the connection. An HTTP session has none at first. */
  readonly channel?: Channel;
  readonly maxInFlight: number;
}

/** One client: a WebSocket or TCP connection, or an HTTP session. Owns the requests it has in flight. */
export class Session implements Caller {
  readonly plane: DataPlane;
  readonly id: string;
  readonly subject: string;
  readonly transport: Transport;
  client: Client | undefined = undefined;
  upstream: UpstreamSession | undefined = undefined;
  lastUsed: number;
  /** When its store put it behind all others; every so often when it is used. */
  movedAt: number;
  inFlight = 0;
  readonly #transportIndex: number;
  #stream: Channel | undefined;
  #asked: ServerRequests | undefined = undefined;
  readonly #maxInFlight: number;
  #oldest: PendingRequest | undefined = undefined;
  #newest: PendingRequest | undefined = undefined;

  constructor(plane: DataPlane, options: SessionOptions) {
    this.plane = plane;
    this.id = options.id;
    this.subject = options.subject;
    this.transport = options.transport;
    this.#transportIndex = transports.indexOf(options.transport);
    this.lastUsed = performance.now();
    this.movedAt = this.lastUsed;
    this.#stream = options.channel;
    this.#maxInFlight = options.maxInFlight;
  }

  /** Replies go to `channel`, perhaps before this returns. Returns what is under way for the message. */
  receive(message: Message, channel: Channel): PendingRequest | undefined {
    this.plane.counters.took(this.#transportIndex, message.kind, message.bytes.length);
    if (message.kind === 'request') return this.#request(message, channel);
    if (message.kind === 'notification') this.#notification(message);
    else if (message.kind === 'response') this.answered(message);
    else {
      const { code, text } = faults[message.fault];
      this.plane.counters.error(this.transport, 'invalid_message');
      sendReply(channel, message, 'error', errorObject(code, text));
    }
    return undefined;
  }

  /** What another worker has taken in and counted: an answer, or that a request is cancelled. */
  overhear(message: Message): void {
    if (message.kind === 'response') this.answered(message);
    else this.#cancel(message);
  }

  /** Takes a response of the client in; false: to nothing it was asked. */
  answered(response: Message): boolean {
    return this.#asked?.answered(response) === true;
  }

  /** The series in the metrics by method. */
  seriesOf(era: Era, method: MethodIndex): number {
    return seriesOf(this.#transportIndex, eras.indexOf(era)) + method;
  }

  notify(notification: Buffer): void {
    if (this.#stream !== undefined) sendMessage(this.#stream, notification);
  }

  /** `cause`: the request because of which the server asks, on whose channel the client is asked. */
  ask(request: Message, cause?: PendingRequest): Promise<Answer> {
    const method = methodName(request);
    if (!answers(this.client, method)) return Promise.resolve(unanswerable(method));
    this.#asked ??= new ServerRequests(this.plane.limits.requestMillis);
    const id = this.plane.ids.next();
    if (cause === undefined) return this.#asked.ask(request, id, this.#stream);
    cause.hasAsked = true;
    return this.#asked.ask(request, id, cause.channel, cause);
  }

  /** The client has opened a stream for what belongs to no request, or, undefined, closed it. */
  set stream(channel: Channel | undefined) {
    this.#stream = channel;
    if (channel === undefined) return;
    this.#asked?.opened(channel);
    this.plane.router.listen(this);
  }

  get listens(): boolean {
    return this.#stream !== undefined;
  }

  /** A request has had its final reply, or will have none. */
  settled(pending: PendingRequest): void {
    if (pending.older === undefined) this.#oldest = pending.newer;
    else pending.older.newer = pending.newer;
    if (pending.newer === undefined) this.#newest = pending.older;
    else pending.newer.older = pending.older;
    pending.older = undefined;
    pending.newer = undefined;
    pending.list.remove(pending);
    this.counted(-1);
    if (pending.hasAsked) this.#asked?.causeEnded(pending);
    if (this.inFlight-- === this.#maxInFlight) pending.channel.resume();
  }

  /** The client does not read this channel: backends stop producing for it. */
  pauseWork(channel: Channel): void {
    for (let pending = this.#oldest; pending; pending = pending.newer)
      if (pending.channel === channel) pending.work?.pause();
  }

  resumeWork(channel: Channel): void {
    for (let pending = this.#oldest; pending; pending = pending.newer)
      if (pending.channel === channel) pending.work?.resume();
  }

  /** The client is gone: what it still waits for is cancelled. */
  end(): void {
    while (this.#oldest !== undefined) this.#oldest.abandon('client disconnected');
    this.#asked?.end();
    this.plane.router.end(this);
  }

  /** It may have no more requests in flight. A connection is not read any more then, and refused nothing. */
  protected get crowded(): boolean {
    return false;
  }

  /** There is one request more in flight, or less. */
  protected counted(_change: 1 | -1): void {}

  #request(message: Message, channel: Channel): PendingRequest | undefined {
    const { plane } = this;
    const now = performance.now();
    this.lastUsed = now;
    const pending = new PendingRequest(this, message, channel, now);
    const { crowded } = this;
    this.#add(pending);
    plane.counters.received(pending.series);
    if (plane.draining) this.#refuse(pending, 'draining', 'The gateway is shutting down');
    else if (crowded) this.#refuse(pending, 'in_flight_limit', 'Too many requests in flight in this session');
    else pending.work = plane.router.request(pending);
    return pending.work === undefined ? undefined : pending;
  }

  #refuse(pending: PendingRequest, cause: Cause, text: string): void {
    this.plane.counters.refused(this.transport, cause);
    pending.refuse('overloaded', text);
  }

  #add(pending: PendingRequest): void {
    pending.older = this.#newest;
    if (this.#newest === undefined) this.#oldest = pending;
    else this.#newest.newer = pending;
    this.#newest = pending;
    pending.list.add(pending);
    this.counted(1);
    if (++this.inFlight === this.#maxInFlight) pending.channel.pause();
  }

  #notification(message: Message): void {
    this.lastUsed = performance.now();
    const method = methodOf(message);
    this.plane.counters.received(this.seriesOf(eraOf(message), method));
    if (method === methodIndex['notifications/cancelled']) this.#cancel(message);
    else if (method !== methodIndex['notifications/initialized']) this.plane.router.notification(this, message);
  }

  #cancel(message: Message): void {
    const id = findMember(message.params, 'requestId');
    if (!Buffer.isBuffer(id)) return;
    for (let pending = this.#oldest; pending; pending = pending.newer) {
      const { bytes, idStart, idEnd } = pending.request;
      if (id.compare(bytes, idStart, idEnd) === 0) return pending.abandon('cancelled by the client');
    }
  }
}

/** The client has not said that it answers that, so it is not asked. */
function unanswerable(method: string): Answer {
  return { member: 'error', value: errorObject(RpcCode.unknownMethod, `The client does not answer ${method}`) };
}
