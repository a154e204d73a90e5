import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Message } from '../wire/jsonrpc.ts';
import { transports } from '../wire/mcp.ts';
import { endOf, type Identity } from './authenticator.ts';
import type { DataPlane } from './data-plane.ts';
import { sendReply } from './frontend.ts';
import type { Cause } from './metrics/reasons.ts';
import { Session } from './session.ts';
import { SocketConnection } from './socket-connection.ts';

const transportIndex = transports.indexOf('tcp');

type TcpState = 'new' | 'negotiated' | 'authenticated';

/** Cuts what arrives into messages. It can stop for a while: nothing is taken while it is not known who sends it. */
interface StreamDecoder {
  /** Part of a message has arrived and the rest has not. */
  readonly incomplete: boolean;
  push(chunk: Buffer): void;
  /** Decodes what arrived since nothing more was wanted. */
  goOn(): void;
}

/** One client on the TCP port, from its first byte, and who it is. Subclasses know the framing. */
export abstract class TcpConnection extends SocketConnection {
  session: Session | undefined = undefined;
  protected readonly transport = 'tcp';
  protected state: TcpState = 'new';
  readonly #accepted: number;

  /** `accepted`: `performance.now()` then. */
  constructor(plane: DataPlane, socket: Socket, accepted: number) {
    super(plane, socket);
    this.#accepted = accepted;
  }

  protected get transportIndex(): number {
    return transportIndex;
  }

  protected abstract get decoder(): StreamDecoder;
  /** Says why the connection ends. */
  protected abstract explain(text: string, cause: Cause): void;
  /** Asks for a sign of life; whether the client answers is its own affair. */
  protected abstract probe(): void;
  abstract announceShutdown(reason: string): void;

  received(chunk: Buffer): void {
    if (this.closing) return;
    this.socket.cork();
    this.decoder.push(chunk);
    this.socket.uncork();
    this.heard(this.decoder.incomplete);
  }

  refuse(text: string, cause: Cause): void {
    this.explain(text, cause);
    this.close(cause);
  }

  protected override get shortestLimit(): number {
    const { frameMillis, handshakeMillis } = this.plane.limits;
    return this.state === 'authenticated' ? super.shortestLimit : Math.min(frameMillis, handshakeMillis);
  }

  protected override checkTimes(now: number): void {
    if (this.state !== 'authenticated' && now - this.#accepted > this.plane.limits.handshakeMillis)
      this.refuse('Handshake timed out', 'handshake_timeout');
    else super.checkTimes(now);
  }

  protected sayGoodbye(): void {
    this.close();
  }

  protected silent(): void {
    if (this.state === 'authenticated') this.probe();
  }

  /** More may be decoded. */
  protected get ready(): boolean {
    return !this.closing && !this.checking;
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

  /** Lets in who sent the `initialize` with a token, and tells it of its session: it ends with the token, if that does. */
  protected admit(message: Message, identity: Identity): void {
    const { id } = this.authenticated(identity);
    const { expiresAt } = identity;
    const ends = Number.isFinite(expiresAt) ? expiresAt : Date.now() + this.plane.limits.sessionIdleMillis;
    const result = { expiresAt: new Date(ends).toISOString(), sessionId: id };
    sendReply(this, message, 'result', Buffer.from(JSON.stringify(result)));
  }

  protected close(cause?: Cause): void {
    this.beginClosing(cause);
    this.socket.end();
  }
}
