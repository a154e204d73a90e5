import { BodyFraming, ResponseHead } from '../../wire/http1.ts';
import { type Inbound, receive } from '../../wire/inbound.ts';
import { MessageKind, ReplyScanner } from '../../wire/reply-scan.ts';
import { EventKind, type EventSink } from '../../wire/sse.ts';
import { now } from '../clock.ts';
import type { ByteStream, OpenStream, StreamHandler } from '../stream.ts';
import type { Loss, OpenFailure } from '../transport.ts';
import { connectFailure, pointer } from './failure.ts';
import { IncrementalBody } from './http-body.ts';
import type { Stacked } from './linked-stack.ts';

/** Exchanges that are ours, not the scenario's: their replies are read and passed over. */
export const noSlot = -1;

/** Longest body taken; a longer one is a protocol error. */
const maxBodyBytes = 64 * 1024 * 1024;

const sharedHead = new ResponseHead();
const sharedScanner = new ReplyScanner();

/** The client a connection belongs to. */
export interface HttpOwner {
  /** A response may open the session: look at its `Mcp-Session-Id`. */
  readonly awaitsSession: boolean;
  sessionOpened(sessionId: string): void;
  /** Events of a response are messages: look at them. */
  readonly awaitsReplies: boolean;
  /** The response points elsewhere; its status follows. */
  redirected(words: string): void;
  opened(connection: HttpConnection, at: number): void;
  failed(failure: OpenFailure, at: number): void;
  /** The reply is here, its stream not yet at its end. */
  answered(connection: HttpConnection): void;
  /** What nobody waits for goes on, nobody knows for how long: its reply is here, or it never had one. */
  lingers(connection: HttpConnection): void;
  /** The stream ended without the reply. */
  unanswered(slot: number, at: number): void;
  /** The exchange is over on the wire; called before its message is handed on, so that the next request finds the connection. */
  done(connection: HttpConnection, reusable: boolean): void;
  /** Part of a reply is here; `event`: a whole event of a stream. */
  began(slot: number, event: boolean, at: number): void;
  message(slot: number, bytes: Buffer, start: number, end: number, at: number): void;
  httpStatus(slot: number, status: number, bytes: Buffer, start: number, end: number, at: number): void;
  /** After everything a response caused. */
  settled(at: number): void;
  /** `loss` is undefined when the connection carried nothing. */
  lost(connection: HttpConnection, slot: number, loss: Loss | undefined, at: number): void;
  received(bytes: number): void;
}

/** One keep-alive connection, one exchange at a time: idle → carrying (head → body) → idle. */
export class HttpConnection implements StreamHandler, EventSink, Stacked<HttpConnection> {
  above: HttpConnection | undefined;
  below: HttpConnection | undefined;
  /** The id in what it carries, or was the last to carry, where its client asks for it. */
  id = -1;
  readonly #owner: HttpOwner;
  readonly #stream: ByteStream;
  #state: 'connecting' | 'idle' | 'head' | 'body' | 'closed' = 'connecting';
  #slot = noSlot;
  #lingers = false;
  /** It has carried an exchange to its end. */
  #served = false;
  /** How long the target says it keeps the connection, and until when that is; ms. */
  #idleMillis = Number.POSITIVE_INFINITY;
  #keptUntil = Number.POSITIVE_INFINITY;
  #inbound: Inbound | undefined;
  #body: IncrementalBody | undefined;

  constructor(openStream: OpenStream, localAddress: string | undefined, owner: HttpOwner) {
    this.#owner = owner;
    this.#stream = openStream(this, localAddress);
  }

  /** The exchange it carries, `noSlot` when none is waited for. */
  get slot(): number {
    return this.#slot;
  }

  /** Idle for so long that the target may be closing it. */
  get expired(): boolean {
    return this.#keptUntil !== Number.POSITIVE_INFINITY && now() >= this.#keptUntil;
  }

  /** Sends a request. False: its bytes must not be changed any more. */
  carry(slot: number, bytes: Buffer): boolean {
    this.#slot = slot;
    this.#lingers = false;
    this.#state = 'head';
    return this.#stream.write(bytes);
  }

  /** Nobody waits any more for what the response to its request says. */
  disown(): void {
    this.#slot = noSlot;
    if (this.#state === 'body') this.#linger();
    else this.#owner.answered(this);
  }

  #linger(): void {
    this.#lingers = true;
    this.#owner.lingers(this);
  }

  /** Closes behind everything that was sent; the response to a `last` request is not read. */
  end(last?: Buffer): void {
    this.#state = 'closed';
    if (last !== undefined) this.#stream.write(last);
    this.#stream.end();
  }

  destroy(reset = false): void {
    this.#state = 'closed';
    this.#stream.destroy(reset);
  }

  connected(at: number): void {
    this.#state = 'idle';
    this.#owner.opened(this, at);
  }

  drained(): void {}

  closed(error: NodeJS.ErrnoException | undefined, at: number): void {
    const state = this.#state;
    this.#state = 'closed';
    if (state === 'connecting') return this.#owner.failed(connectFailure(error, state), at);
    if (state === 'body' && this.#body?.endsAtClose) return this.#finish(this.#body, at);
    this.#owner.lost(this, this.#slot, this.#lossIn(state), at);
  }

  #lossIn(state: 'idle' | 'head' | 'body' | 'closed'): Loss | undefined {
    if (state === 'idle') return undefined;
    return state === 'head' && this.#served && this.#inbound === undefined ? 'reused' : 'lost';
  }

  data(bytes: Buffer, start: number, end: number, at: number): void {
    this.#owner.received(end - start);
    this.#inbound = receive(this.#inbound, this, bytes, start, end, at);
    const inParts = this.#inbound !== undefined || this.#state === 'body';
    if (inParts && this.#slot !== noSlot) this.#owner.began(this.#slot, false, at);
    if (this.#state !== 'body' || this.#slot !== noSlot || this.#lingers) return;
    this.#linger();
    this.#owner.settled(at);
  }

  #isOpen(): boolean {
    return this.#state !== 'closed';
  }

  consume(bytes: Buffer, start: number, end: number, at: number): number {
    let position = start;
    while (position < end && this.#isOpen()) {
      const before = position;
      if (this.#state === 'head') position = this.#response(bytes, position, end, at);
      else if (this.#state === 'body' && this.#body) position = this.#feed(this.#body, bytes, position, end, at);
      else this.#fail('protocol', at);
      if (position === before) break;
    }
    return position;
  }

  /** A response from its head on; whole bodies of known length, the usual case, are handed on in place. */
  #response(bytes: Buffer, start: number, end: number, at: number): number {
    const head = sharedHead;
    const behind = head.read(bytes, start, end);
    if (behind === 0) return start;
    if (behind < 0 || head.contentLength > maxBodyBytes) {
      this.#fail('protocol', at);
      return end;
    }
    if (head.status < 200) return behind;
    if (head.sessionIdAt > 0 && this.#owner.awaitsSession)
      this.#owner.sessionOpened(bytes.toString('latin1', head.sessionIdAt, head.sessionIdEnd).trim());
    if (head.keepAliveAt > 0 && !this.#served)
      this.#idleMillis = idleLimit(bytes.toString('latin1', head.keepAliveAt, head.keepAliveEnd));
    if (head.locationAt > 0) this.#redirected(head, bytes);
    if (!head.eventStream && head.framing <= BodyFraming.length) {
      const bodyEnd = behind + head.contentLength;
      if (bodyEnd > end) return start;
      this.#complete(head.status, head.keepAlive, bytes, behind, bodyEnd, at);
      return bodyEnd;
    }
    this.#state = 'body';
    this.#body = new IncrementalBody(head, this);
    return behind;
  }

  #redirected(head: ResponseHead, bytes: Buffer): void {
    const words = pointer(head, bytes);
    if (words !== undefined) this.#owner.redirected(words);
  }

  #feed(body: IncrementalBody, bytes: Buffer, start: number, end: number, at: number): number {
    const consumed = body.push(bytes, start, end, at);
    if (consumed < 0 || body.kept > maxBodyBytes) {
      this.#fail('protocol', at);
      return end;
    }
    if (body.done && this.#isOpen()) this.#finish(body, at);
    return consumed;
  }

  /** From the reply on the connection carries nobody's exchange, though its stream may go on for a moment. */
  event(kind: EventKind, bytes: Buffer, start: number, end: number, at: number): void {
    // Behind a broken event nothing counts.
    if (kind !== EventKind.message || !this.#owner.awaitsReplies || !this.#isOpen()) return;
    const slot = this.#slot;
    const message = sharedScanner.scan(bytes, start, end);
    if (message === MessageKind.malformed) return this.#fail('protocol', at);
    if (slot !== noSlot) this.#owner.began(slot, true, at);
    if (message === MessageKind.result || message === MessageKind.error) {
      this.#slot = noSlot;
      this.#owner.answered(this);
    }
    this.#owner.message(slot, bytes, start, end, at);
  }

  #finish(body: IncrementalBody, at: number): void {
    const reusable = body.keepAlive && !body.endsAtClose;
    if (!body.eventStream) return this.#complete(body.status, reusable, body.bytes, 0, body.length, at);
    const slot = this.#release(reusable, at);
    if (slot !== noSlot && body.status === 200) this.#owner.unanswered(slot, at);
    else if (slot !== noSlot) this.#owner.httpStatus(slot, body.status, body.bytes, 0, body.length, at);
    this.#owner.settled(at);
  }

  #complete(status: number, reusable: boolean, bytes: Buffer, start: number, end: number, at: number): void {
    const slot = this.#release(reusable, at);
    if (status === 200 && end > start) this.#owner.message(slot, bytes, start, end, at);
    else this.#owner.httpStatus(slot, status, bytes, start, end, at);
    this.#owner.settled(at);
  }

  /** Back to idle, or closed where the connection cannot carry another exchange. */
  #release(reusable: boolean, at: number): number {
    const slot = this.#slot;
    this.#served = true;
    this.#keptUntil = at + this.#idleMillis;
    this.#slot = noSlot;
    this.#body = undefined;
    this.#state = reusable ? 'idle' : 'closed';
    if (!reusable) this.#stream.destroy();
    this.#owner.done(this, reusable);
    return slot;
  }

  #fail(loss: Loss, at: number): void {
    const slot = this.#slot;
    this.destroy();
    this.#owner.lost(this, slot, loss, at);
  }
}

/** Of `timeout=5, max=100`, with a second, or half of it, for what is under way; ms. */
function idleLimit(keepAlive: string): number {
  const [, seconds] = /\btimeout=(\d+)/i.exec(keepAlive) ?? [];
  const millis = Number(seconds ?? 0) * 1000;
  return millis === 0 ? Number.POSITIVE_INFINITY : millis - Math.min(1000, millis / 2);
}
