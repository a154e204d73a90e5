import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { findMember } from '../wire/json-member.ts';
import { errorObject, type Message, RpcCode, readMessage } from '../wire/jsonrpc.ts';
import { methodIndex, methodOf, type Refusal, refusals } from '../wire/mcp.ts';
import {
  encodeFrame,
  FrameType,
  frameHeaderBytes,
  frameVersion,
  maxFramePayload,
  writeFrameHeader,
} from '../wire/mcpb-frame.ts';
import { endOf, type Identity } from './authenticator.ts';
import { Connection } from './connection.ts';
import type { DataPlane } from './data-plane.ts';
import type { Due } from './due-list.ts';
import { FrameDecoder, type FrameSink } from './frame-decoder.ts';
import { refusalError, sendReply } from './frontend.ts';
import type { FailureReason } from './metrics.ts';
import { Session } from './session.ts';
import { isTokenFormat, messageFault, textOf, versionFault } from './tcp-handshake.ts';

const healthCheck = encodeFrame(FrameType.healthCheck, '');
const versionAck = encodeFrame(FrameType.versionAck, JSON.stringify({ agreed_version: frameVersion }));
/** Bytes of a reply around its result. A request, and so its id, is at most `limits.message` long. */
const maxEnvelope = 2 * 1024 * 1024;
/** How long a client may take to close its side, in ms. */
const closeMillis = 2_000;

type State = 'new' | 'negotiated' | 'authenticated' | 'closing';

/**
 * One client of the binary framing.
 *
 *     state                 frame                        answer                                      next
 *     any                   no frame, unknown type       Error `Malformed …`, `Unknown message type` closing
 *     any                   Request that is no JSON      Error `Malformed message`                   closing
 *     new                   not VersionNegotiation       Error `Version negotiation required`        closing
 *     new                   versions overlap             VersionAck                                  negotiated ¹
 *     new                   no overlap                   Error `Version negotiation failed: …`       closing
 *     negotiated onwards    VersionNegotiation           Error `Version already negotiated`          same
 *     negotiated            Request ≠ initialize         −32603 `Unauthorized: must initialize first` same
 *     negotiated            initialize, bad params       −32603 `… invalid initialize params`,
 *                                                        `… missing authentication token`,
 *                                                        `… invalid token format`                    same
 *     negotiated            initialize, wrong token      −32603 `Authentication failed`              closing
 *     negotiated            initialize, right token      {expiresAt, sessionId}                      authenticated
 *     negotiated onwards    Request with bad id, method  −32603 `Invalid request ID: …`, `Invalid method: …` closing
 *     authenticated         wrapper with wrong token     −32603 `Per-message authentication failed`  closing
 *     authenticated         token ends                   Error `Token expired`                       closing
 *     authenticated         Request                      its replies, in any order                   same
 *     negotiated onwards    HealthCheck                  empty HealthCheck                           same
 *     negotiated onwards    Response, VersionAck         Error `Unexpected … from client`            same
 *     negotiated onwards    Error, Control               nothing                                     same
 *
 * ¹ authenticated when no authentication is required. Time limits (handshake, rest of a frame) end in an Error, then closing.
 */
export class TcpConnection extends Connection implements Due, FrameSink {
  /** Less than a frame holds, by room for the envelope and the id. */
  override readonly maxReply = maxFramePayload - maxEnvelope;
  readonly plane: DataPlane;
  session: Session | undefined = undefined;
  readonly #decoder = new FrameDecoder(this);
  readonly #accepted = performance.now();
  #state: State = 'new';
  /** It is not known yet whether a token is valid. */
  #checking = false;
  #heard = false;
  #lastHeard = this.#accepted;
  /** When the frame under way began, `performance.now()`; 0: there is none. */
  #incompleteSince = 0;
  #closingSince = 0;

  constructor(plane: DataPlane, socket: Socket) {
    super(socket);
    this.plane = plane;
    socket.on('data', (chunk: Buffer) => this.#data(chunk));
    socket.on('error', () => socket.destroy());
  }

  headroom(): number {
    return frameHeaderBytes;
  }

  refusal(refusal: Refusal, text: string): Buffer {
    return refusalError(refusal, refusals[refusal].bridge, text);
  }

  frame(type: number, payload: Buffer): boolean {
    this.#incompleteSince = 0;
    if (this.#state === 'new') this.#negotiate(type, payload);
    else this.#negotiated(type, payload);
    return this.#state !== 'closing' && !this.#checking;
  }

  malformed(text: string): void {
    this.refuse(text, 'protocol');
  }

  /** Says why in an Error frame and closes. */
  refuse(text: string, reason: FailureReason): void {
    this.#error(text);
    this.#close(reason);
  }

  announceShutdown(reason: string): void {
    if (this.writable)
      this.socket.write(encodeFrame(FrameType.control, JSON.stringify({ command: 'shutdown', reason })));
  }

  due(now: number): number {
    if (this.socket.destroyed) return Number.POSITIVE_INFINITY;
    const closedAt = this.#closingSince + closeMillis;
    if (this.#state === 'closing' && now > closedAt) this.socket.destroy();
    if (this.#state === 'closing') return closedAt;
    this.#checkTimes(now);
    const { handshakeMillis, frameMillis, idleMillis } = this.plane.limits;
    const shortest = Math.min(frameMillis, this.#state === 'authenticated' ? idleMillis : handshakeMillis);
    return Math.min(now + shortest / 4, this.tokenEnds);
  }

  #checkTimes(now: number): void {
    const { limits, draining } = this.plane;
    if (draining && !this.session?.inFlight) return this.#close();
    if (now > this.tokenEnds) return this.refuse('Token expired', 'unauthorized');
    if (this.#state !== 'authenticated' && now - this.#accepted > limits.handshakeMillis)
      return this.refuse('Handshake timed out', 'timeout');
    if (this.#incompleteSince > 0 && now - this.#incompleteSince > limits.frameMillis)
      return this.refuse('Frame timed out', 'timeout');
    this.#checkHealth(now);
  }

  protected get writable(): boolean {
    return this.#state !== 'closing' && this.socket.writable;
  }

  protected writeHeader(frame: Buffer, length: number, final: boolean): void {
    writeFrameHeader(frame, 0, final ? FrameType.response : FrameType.request, length);
  }

  protected pauseReading(): void {
    this.socket.pause();
  }

  protected resumeReading(): void {
    if (!this.#checking) this.socket.resume();
  }

  cut(): void {
    this.plane.counters.failure('tcp', 'slow_consumer');
    this.socket.destroy();
  }

  #data(chunk: Buffer): void {
    if (this.#state === 'closing') return;
    this.#heard = true;
    this.socket.cork();
    this.#decoder.push(chunk);
    this.socket.uncork();
    if (this.#decoder.incomplete) this.#incompleteSince ||= performance.now();
  }

  #negotiate(type: number, payload: Buffer): void {
    if (type !== FrameType.versionNegotiation) return this.refuse('Version negotiation required', 'protocol');
    const fault = versionFault(payload);
    if (fault !== undefined) return this.refuse(`Version negotiation failed: ${fault}`, 'protocol');
    this.socket.write(versionAck);
    this.#state = 'negotiated';
    if (!this.plane.auth.required) this.#check(undefined, (identity) => identity && this.#authenticated(identity));
  }

  #negotiated(type: number, payload: Buffer): void {
    switch (type) {
      case FrameType.request:
        return this.#request(payload);
      case FrameType.healthCheck:
        return void this.socket.write(healthCheck);
      case FrameType.versionNegotiation:
        return this.#error('Version already negotiated');
      case FrameType.response:
        return this.#error('Unexpected response message from client');
      case FrameType.versionAck:
        return this.#error('Unexpected version ack from client');
      case FrameType.control:
      case FrameType.error:
        return;
      default:
        return this.refuse('Unknown message type', 'protocol');
    }
  }

  #request(payload: Buffer): void {
    const outer = readMessage(payload);
    const inner = outer.kind === 'invalid' && outer.fault === 'shape' ? findMember(outer.bytes, 'message') : undefined;
    if (Buffer.isBuffer(inner)) this.#wrapped(outer, readMessage(inner));
    else this.#message(outer, payload.length);
  }

  /** The message inside `{auth_token, message}`: its token has to be the subject's. */
  #wrapped({ bytes }: Message, message: Message): void {
    const token = this.session !== undefined && this.plane.auth.required ? findMember(bytes, 'auth_token') : undefined;
    if (token === undefined) return this.#message(message, bytes.length);
    this.#check(textOf(token), (identity) => {
      if (identity?.subject === this.session?.subject) this.#message(message, bytes.length);
      else this.#fatal(message, 'Per-message authentication failed', 'unauthorized');
    });
  }

  /** `length`: of the payload it came in. */
  #message(message: Message, length: number): void {
    if (message.kind === 'invalid' && (message.fault === 'parse' || message.fault === 'encoding'))
      return this.refuse('Malformed message', 'protocol');
    const fault = messageFault(message);
    if (fault !== undefined) return this.#fatal(message, fault);
    if (this.session === undefined) return this.#authenticate(message);
    if (length > this.plane.limits.message)
      return sendReply(this, message, 'error', this.refusal('tooLarge', 'The message is too large'));
    this.take(message);
  }

  #authenticate(message: Message): void {
    if (message.kind !== 'request') return;
    if (methodOf(message) !== methodIndex.initialize) return this.#unauthorized(message, 'must initialize first');
    if (message.bytes[message.paramsStart] !== 0x7b) return this.#unauthorized(message, 'invalid initialize params');
    const token = textOf(findMember(message.params, 'token'));
    if (token === undefined) return this.#unauthorized(message, 'missing authentication token');
    if (!isTokenFormat(token)) return this.#unauthorized(message, 'invalid token format');
    this.#check(token, (identity) => {
      if (identity === undefined) return this.#fatal(message, 'Authentication failed', 'unauthorized');
      const { id } = this.#authenticated(identity);
      const ends = Math.min(identity.expiresAt, Date.now() + this.plane.limits.sessionIdleMillis);
      const result = { expiresAt: new Date(ends).toISOString(), sessionId: id };
      sendReply(this, message, 'result', Buffer.from(JSON.stringify(result)));
    });
  }

  /** Goes on with who the token proves its bearer to be; nothing more is decoded until that is known. */
  #check(token: string | undefined, goOn: (identity: Identity | undefined) => void): void {
    const identity = this.plane.auth.check(token);
    if (!(identity instanceof Promise)) return goOn(identity);
    this.#checking = true;
    this.socket.pause();
    identity.then((known) => {
      this.#checking = false;
      if (this.writable) goOn(known);
      if (this.writable) this.#decoder.goOn();
      if (!this.held) this.resumeReading();
    });
  }

  #authenticated(identity: Identity): Session {
    const id = randomBytes(16).toString('hex');
    const { plane } = this;
    this.session = new Session(plane, {
      id,
      subject: identity.subject,
      transport: 'tcp',
      channel: this,
      maxInFlight: plane.limits.inFlight,
    });
    this.tokenEnds = endOf(identity);
    this.#state = 'authenticated';
    plane.connections.usable(this.socket, 'tcp');
    return this.session;
  }

  #unauthorized(message: Message, text: string): void {
    sendReply(this, message, 'error', errorObject(RpcCode.internal, `Unauthorized: ${text}`));
  }

  #fatal(message: Message, text: string, reason: FailureReason = 'protocol'): void {
    sendReply(this, message, 'error', errorObject(RpcCode.internal, text));
    this.#close(reason);
  }

  #error(text: string): void {
    if (this.writable) this.socket.write(encodeFrame(FrameType.error, text));
  }

  #close(reason?: FailureReason): void {
    if (reason !== undefined) this.plane.counters.failure('tcp', reason);
    this.#state = 'closing';
    this.#closingSince = performance.now();
    this.plane.dueList.add(this, this.#closingSince + closeMillis);
    this.socket.end();
  }

  /** A silent client is asked for a sign of life; whether it answers is its own affair. */
  #checkHealth(now: number): void {
    if (this.#heard) this.#lastHeard = now;
    this.#heard = false;
    if (this.#state !== 'authenticated' || now - this.#lastHeard < this.plane.limits.idleMillis) return;
    this.#lastHeard = now;
    this.socket.write(healthCheck);
  }
}
