import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Message } from '../wire/jsonrpc.ts';
import { transports } from '../wire/mcp.ts';
import { endOf, type Identity } from './authenticator.ts';
import { Connection } from './connection.ts';
import type { DataPlane } from './data-plane.ts';
import type { Due } from './due-list.ts';
import { sendReply } from './frontend.ts';
import type { Cause } from './metrics/reasons.ts';
import { Session } from './session.ts';

const transportIndex = transports.indexOf('tcp');
/** How long a client may take to close its side, in ms. */
const closeMillis = 2_000;

export type TcpState = 'new' | 'negotiated' | 'authenticated' | 'closing';

/** Cuts what arrives into messages. */
export interface StreamDecoder {
  /** Part of a message has arrived and the rest has not. */
  readonly incomplete: boolean;
  push(chunk: Buffer): void;
  /** Decodes what arrived since nothing more was wanted. */
  goOn(): void;
}

/** One client on the TCP port, from its first byte: who it is, and the times it has to keep. Subclasses know the framing. */
export abstract class TcpConnection extends Connection implements Due {
  readonly plane: DataPlane;
  session: Session | undefined = undefined;
  protected state: TcpState = 'new';
  readonly #accepted: number;
  #heard = false;
  #lastHeard: number;
  /** When the message under way began, `performance.now()`; 0: there is none. */
  #incompleteSince = 0;
  #closingSince = 0;

  /** `accepted`: `performance.now()` then. */
  constructor(plane: DataPlane, socket: Socket, accepted: number) {
    super(socket);
    this.plane = plane;
    this.#accepted = accepted;
    this.#lastHeard = accepted;
  }

  protected get transportIndex(): number {
    return transportIndex;
  }

  get socket(): Socket {
    return this.outlet;
  }

  protected abstract get decoder(): StreamDecoder;
  /** Says why the connection ends. */
  protected abstract explain(text: string, cause: Cause): void;
  /** A silent client is asked for a sign of life; whether it answers is its own affair. */
  protected abstract probe(): void;
  abstract announceShutdown(reason: string): void;

  received(chunk: Buffer): void {
    if (this.state === 'closing') return;
    this.#heard = true;
    this.socket.cork();
    this.decoder.push(chunk);
    this.socket.uncork();
    if (this.decoder.incomplete) this.#incompleteSince ||= performance.now();
  }

  /** Says why and closes. */
  refuse(text: string, cause: Cause): void {
    this.explain(text, cause);
    this.close(cause);
  }

  due(now: number): number {
    if (this.socket.destroyed) return Number.POSITIVE_INFINITY;
    const closedAt = this.#closingSince + closeMillis;
    if (this.state === 'closing' && now > closedAt) this.socket.destroy();
    if (this.state === 'closing') return closedAt;
    this.#checkTimes(now);
    const { handshakeMillis, frameMillis, idleMillis } = this.plane.limits;
    const shortest = Math.min(frameMillis, this.state === 'authenticated' ? idleMillis : handshakeMillis);
    return Math.min(now + shortest / 4, this.tokenEnds);
  }

  cut(): void {
    this.plane.counters.failure('tcp', 'slow_consumer');
    this.socket.destroy();
  }

  protected get writable(): boolean {
    return this.state !== 'closing' && this.socket.writable;
  }

  protected pauseReading(): void {
    this.socket.pause();
  }

  protected resumeReading(): void {
    this.socket.resume();
  }

  /** A whole message has come. */
  protected completed(): void {
    this.#incompleteSince = 0;
  }

  /** More may be decoded. */
  protected get ready(): boolean {
    return this.state !== 'closing' && !this.checking;
  }

  protected override checked(): void {
    this.decoder.goOn();
  }

  protected authenticated(identity: Identity): Session {
    const { plane } = this;
    this.session = new Session(plane, {
      id: randomBytes(16).toString('hex'),
      subject: identity.subject,
      transport: 'tcp',
      channel: this,
      maxInFlight: plane.limits.inFlight,
    });
    this.tokenEnds = endOf(identity);
    this.state = 'authenticated';
    plane.connections.usable(this.socket, 'tcp');
    return this.session;
  }

  /** Lets in who sent the `initialize` with a token, and tells it of its session. */
  protected admit(message: Message, identity: Identity): void {
    const { id } = this.authenticated(identity);
    const ends = Math.min(identity.expiresAt, Date.now() + this.plane.limits.sessionIdleMillis);
    const result = { expiresAt: new Date(ends).toISOString(), sessionId: id };
    sendReply(this, message, 'result', Buffer.from(JSON.stringify(result)));
  }

  protected close(cause?: Cause): void {
    if (cause !== undefined) this.plane.counters.failure('tcp', cause);
    this.state = 'closing';
    this.#closingSince = performance.now();
    this.plane.dueList.add(this, this.#closingSince + closeMillis);
    this.socket.end();
  }

  #checkTimes(now: number): void {
    const { limits, draining } = this.plane;
    if (draining && this.idle) return this.close();
    if (now > this.tokenEnds) return this.refuse('Token expired', 'token_expired');
    if (this.state !== 'authenticated' && now - this.#accepted > limits.handshakeMillis)
      return this.refuse('Handshake timed out', 'handshake_timeout');
    if (this.#incompleteSince > 0 && now - this.#incompleteSince > limits.frameMillis)
      return this.refuse('Frame timed out', 'frame_timeout');
    this.#checkSilence(now);
  }

  #checkSilence(now: number): void {
    if (this.#heard) this.#lastHeard = now;
    this.#heard = false;
    if (this.state !== 'authenticated' || now - this.#lastHeard < this.plane.limits.idleMillis) return;
    this.#lastHeard = now;
    this.probe();
  }
}
