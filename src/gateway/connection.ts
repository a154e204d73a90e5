import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import type { Message } from '../wire/jsonrpc.ts';
import type { Refusal } from '../wire/mcp.ts';
import type { Identity } from './authenticator.ts';
import { Backlog } from './backlog.ts';
import type { Recipient } from './congestion.ts';
import type { DataPlane } from './data-plane.ts';
import type { Channel } from './frontend.ts';
import type { Session } from './session.ts';

interface Waiting {
  readonly message: Message;
  readonly channel: Channel;
}

/** A connection that is one session: back-pressure in both directions. Subclasses know the framing. */
export abstract class Connection<Outlet extends Writable = Socket> implements Channel, Recipient {
  readonly outlet: Outlet;
  /** `performance.now()` at which what the client was let in by ends. */
  tokenEnds = Number.POSITIVE_INFINITY;
  /** It does not take what is sent to it. */
  #congested = false;
  #backlog: Backlog | undefined = undefined;
  /** As many requests in flight as allowed. */
  #crowded = false;
  /** Tokens that nobody knows yet to be valid or not. */
  #checks = 0;
  /** Read before reading stopped; they wait until it goes on. */
  #waiting: Waiting[] | undefined = undefined;
  #goingOn = false;

  constructor(outlet: Outlet) {
    this.outlet = outlet;
  }

  readonly maxReply: number = Number.POSITIVE_INFINITY;
  readonly tailroom: number = 0;
  abstract get plane(): DataPlane;
  abstract get session(): Session | undefined;
  /** Its place among `transports`. */
  protected abstract readonly transportIndex: number;
  abstract headroom(length: number): number;
  abstract refusal(refusal: Refusal, text: string): Buffer;
  /** Fills the room around a message of `length` bytes. */
  protected abstract writeFraming(frame: Buffer, length: number, final: boolean): void;
  protected abstract get writable(): boolean;
  protected abstract pauseReading(): void;
  protected abstract resumeReading(): void;
  /** Closes towards a client that does not read. */
  abstract cut(): void;

  send(frame: Buffer, length: number, final: boolean): void {
    if (!this.writable) return;
    if (this.#congested && !final && this.#hold(frame, length)) return;
    // What it was to be told of a request comes before the reply.
    if (final) this.#release();
    this.#write(frame, length, final);
  }

  #write(frame: Buffer, length: number, final: boolean): void {
    this.writeFraming(frame, length, final);
    this.plane.counters.sent(this.transportIndex, final ? 'response' : 'notification', length);
    if (!this.outlet.write(frame)) this.plane.congestion.wrote(this, frame.length);
  }

  #hold(frame: Buffer, length: number): boolean {
    this.#backlog ??= new Backlog();
    return this.#backlog.hold(frame, this.headroom(length), length);
  }

  #release(): void {
    const backlog = this.#backlog;
    this.#backlog = undefined;
    backlog?.release((frame, length) => this.#write(frame, length, false));
  }

  abandon(): void {}

  pause(): void {
    this.#crowded = true;
    this.pauseReading();
  }

  resume(): void {
    this.#crowded = false;
    this.#goOn();
  }

  /** Hands a message to the session, now or when the client may have more under way; replies go to `channel`. */
  protected take(message: Message, channel: Channel = this): void {
    if (!this.held && this.#waiting === undefined) this.session?.receive(message, channel);
    else if (this.#waiting === undefined) this.#waiting = [{ message, channel }];
    else this.#waiting.push({ message, channel });
  }

  /** Goes on with who the token proves its bearer to be; nothing more is read until that is known. */
  protected check(token: string | undefined, goOn: (identity: Identity | undefined) => void): void {
    const identity = this.plane.auth.check(token);
    if (!(identity instanceof Promise)) return goOn(identity);
    this.#checks++;
    this.pauseReading();
    identity.then((known) => {
      this.#checks--;
      if (this.writable) goOn(known);
      if (this.writable) this.checked();
      this.#goOn();
    });
  }

  /** The token is known to be valid or not: what was read behind it may be decoded. */
  protected checked(): void {}

  protected get checking(): boolean {
    return this.#checks > 0;
  }

  congested(): void {
    this.#congested = true;
    this.pauseReading();
    this.session?.pauseWork(this);
  }

  drained(): void {
    this.#congested = false;
    if (this.writable) this.#release();
    this.session?.resumeWork(this);
    this.#goOn();
  }

  /** Nothing is under way for the client, and nothing waits to be. */
  get idle(): boolean {
    return this.#waiting === undefined && !this.session?.inFlight;
  }

  protected get held(): boolean {
    return this.#crowded || this.#congested || this.#checks > 0;
  }

  /** A reply to a waiting message may end another pause: the loop that is running goes on then. */
  #goOn(): void {
    if (this.#goingOn) return;
    this.#goingOn = true;
    while (!this.held && this.#waiting !== undefined) {
      const first = this.#waiting.shift();
      if (this.#waiting.length === 0) this.#waiting = undefined;
      if (first !== undefined) this.session?.receive(first.message, first.channel);
    }
    this.#goingOn = false;
    if (!this.held) this.resumeReading();
  }
}
