import type { Socket } from 'node:net';
import { findMember, textOf } from '../wire/json-member.ts';
import { errorObject, type Message, RpcCode, readMessage } from '../wire/jsonrpc.ts';
import { type Refusal, refusals } from '../wire/mcp.ts';
import {
  encodeFrame,
  FrameType,
  frameHeaderBytes,
  frameVersion,
  maxFramePayload,
  writeFrameHeader,
} from '../wire/mcpb-frame.ts';
import type { Identity } from './authenticator.ts';
import type { DataPlane } from './data-plane.ts';
import { FrameDecoder, type FrameSink } from './frame-decoder.ts';
import { refusalError, sendReply } from './frontend.ts';
import type { Cause } from './metrics/reasons.ts';
import type { Session } from './session.ts';
import { TcpConnection } from './tcp-connection.ts';
import { handshakeToken, messageFault, versionFault } from './tcp-handshake.ts';

const healthCheck = encodeFrame(FrameType.healthCheck, '');
const versionAck = encodeFrame(FrameType.versionAck, JSON.stringify({ agreed_version: frameVersion }));
/** What a frame may hold before its sender is known, in bytes. */
const maxHandshakePayload = 64 * 1024;
/** Bytes of a reply around its result. A request, and so its id, is at most `limits.tcpMessage` long. */
const maxEnvelope = 2 * 1024 * 1024;

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
 *     negotiated            the same while draining      −32603 `Failed to create session`           closing
 *     negotiated onwards    Request with bad id, method  −32603 `Invalid request ID: …`, `Invalid method: …` closing
 *     authenticated         wrapper with wrong token     −32603 `Per-message authentication failed`  closing
 *     authenticated         token ends                   Error `Token expired`                       closing
 *     authenticated         Request                      its replies, in any order                   same
 *     negotiated onwards    HealthCheck                  empty HealthCheck                           same
 *     authenticated         Response to the gateway      nothing                                     same
 *     negotiated onwards    other Response, VersionAck   Error `Unexpected … from client`            same
 *     negotiated onwards    Error, Control               nothing                                     same
 *
 * ¹ authenticated when no authentication is required. Time limits (handshake, rest of a frame) end in an Error, then closing.
 */
export class McpbConnection extends TcpConnection implements FrameSink {
  /** Less than a frame holds, by room for the envelope and the id. */
  override readonly maxReply = maxFramePayload - maxEnvelope;
  protected readonly decoder: FrameDecoder;

  constructor(plane: DataPlane, socket: Socket, accepted: number) {
    super(plane, socket, accepted);
    this.decoder = new FrameDecoder(this, maxHandshakePayload);
  }

  headroom(): number {
    return frameHeaderBytes;
  }

  refusal(refusal: Refusal, text: string): Buffer {
    return refusalError(refusal, refusals[refusal].bridge, text);
  }

  frame(type: number, payload: Buffer): boolean {
    this.completed();
    this.plane.counters.frameIn(type);
    if (this.state === 'new') this.#negotiate(type, payload);
    else this.#negotiated(type, payload);
    return this.ready;
  }

  malformed(text: string): void {
    this.refuse(text, 'malformed');
  }

  announceShutdown(reason: string): void {
    const command = JSON.stringify({ command: 'shutdown', reason });
    if (this.writable) this.#write(FrameType.control, encodeFrame(FrameType.control, command));
  }

  protected override authenticated(identity: Identity): Session {
    this.decoder.maxPayload = maxFramePayload;
    return super.authenticated(identity);
  }

  protected writeFraming(frame: Buffer, length: number, final: boolean): void {
    const type = final ? FrameType.response : FrameType.request;
    this.plane.counters.frameOut(type);
    writeFrameHeader(frame, 0, type, length);
  }

  protected explain(text: string): void {
    if (this.writable) this.#write(FrameType.error, encodeFrame(FrameType.error, text));
  }

  protected probe(): void {
    this.#write(FrameType.healthCheck, healthCheck);
  }

  #write(type: FrameType, frame: Buffer): void {
    this.plane.counters.frameOut(type);
    this.socket.write(frame);
  }

  #negotiate(type: number, payload: Buffer): void {
    if (type !== FrameType.versionNegotiation) return this.refuse('Version negotiation required', 'malformed');
    const fault = versionFault(payload);
    if (fault !== undefined) return this.refuse(`Version negotiation failed: ${fault}`, 'malformed');
    this.#write(FrameType.versionAck, versionAck);
    this.state = 'negotiated';
    if (!this.plane.auth.required) this.check(undefined, (identity) => identity && this.authenticated(identity));
  }

  #negotiated(type: number, payload: Buffer): void {
    switch (type) {
      case FrameType.request:
        return this.#request(payload);
      case FrameType.healthCheck:
        return this.#write(FrameType.healthCheck, healthCheck);
      case FrameType.versionNegotiation:
        return this.explain('Version already negotiated');
      case FrameType.response:
        return this.#response(readMessage(payload));
      case FrameType.versionAck:
        return this.explain('Unexpected version ack from client');
      case FrameType.control:
      case FrameType.error:
        return;
      default:
        return this.refuse('Unknown message type', 'malformed');
    }
  }

  #response(message: Message): void {
    this.plane.counters.took(this.transportIndex, 'response', message.bytes.length);
    if (message.kind !== 'response' || !this.session?.answered(message))
      this.explain('Unexpected response message from client');
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
    this.check(textOf(token), (identity) => {
      if (identity?.subject === this.session?.subject) this.#message(message, bytes.length);
      else this.#fatal(message, 'Per-message authentication failed', 'invalid_message_token');
    });
  }

  /** `length`: of the payload it came in. */
  #message(message: Message, length: number): void {
    if (message.kind === 'invalid' && (message.fault === 'parse' || message.fault === 'encoding'))
      return this.refuse('Malformed message', 'malformed');
    const fault = messageFault(message);
    if (fault !== undefined) return this.#fatal(message, fault);
    if (this.session === undefined) return this.#authenticate(message);
    if (length > this.plane.limits.tcpMessage) {
      this.plane.counters.refusedMessage('tcp', 'tooLarge', 'too_large');
      return sendReply(this, message, 'error', this.refusal('tooLarge', 'The message is too large'));
    }
    this.take(message);
  }

  #authenticate(message: Message): void {
    if (message.kind !== 'request') return;
    const { token, fault } = handshakeToken(message);
    if (fault !== undefined) {
      this.plane.counters.refusedMessage('tcp', 'unauthorized', 'invalid_token');
      return sendReply(this, message, 'error', errorObject(RpcCode.internal, `Unauthorized: ${fault}`));
    }
    this.check(token, (identity) => {
      if (identity === undefined) this.#fatal(message, 'Authentication failed', 'invalid_token');
      else if (this.plane.draining) this.#fatal(message, 'Failed to create session', 'draining');
      else this.admit(message, identity);
    });
  }

  #fatal(message: Message, text: string, cause: Cause = 'malformed'): void {
    sendReply(this, message, 'error', errorObject(RpcCode.internal, text));
    this.close(cause);
  }
}
