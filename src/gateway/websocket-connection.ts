import type { Socket } from 'node:net';
import { isEnvelope, openEnvelope } from '../wire/envelope.ts';
import { textOf } from '../wire/json-member.ts';
import { type Message, readMessage } from '../wire/jsonrpc.ts';
import { type Refusal, refusals, transports } from '../wire/mcp.ts';
import { closeFault, closePayload, encodeControl, headerLength, Opcode, writeHeader } from '../wire/websocket-frame.ts';
import type { DataPlane } from './data-plane.ts';
import { EnvelopeChannel } from './envelope-channel.ts';
import { type Channel, refusalError, sendReply } from './frontend.ts';
import type { Cause } from './metrics/reasons.ts';
import type { Session } from './session.ts';
import { SocketConnection } from './socket-connection.ts';
import { WebSocketDecoder, type WebSocketSink } from './websocket-decoder.ts';

const transportIndex = transports.indexOf('websocket');
const nothing = Buffer.alloc(0);
/** Pings, pongs and closes a client may send in a second. */
const maxControls = 20;

/** One WebSocket client, from behind the upgrade. */
export class WebSocketConnection extends SocketConnection implements WebSocketSink {
  declare session: Session;
  protected readonly transport = 'websocket';
  readonly #decoder: WebSocketDecoder;
  #envelopes: EnvelopeChannel | undefined = undefined;
  /** Of the latest message: what belongs to no request goes out as that came in. */
  #latest: Channel = this;
  /** Control frames within the second that began at `#controlsSince`. */
  #controls = 0;
  #controlsSince = 0;
  /** Nothing of the client is of interest any more. */
  #over = false;

  constructor(plane: DataPlane, socket: Socket) {
    super(plane, socket);
    this.#decoder = new WebSocketDecoder(this, plane.limits.message);
  }

  protected get transportIndex(): number {
    return transportIndex;
  }

  headroom(length: number): number {
    return headerLength(length);
  }

  refusal(refusal: Refusal, text: string): Buffer {
    return refusalError(refusal, refusals[refusal].code, text);
  }

  received(chunk: Buffer): void {
    if (this.#over) return;
    this.socket.cork();
    this.#decoder.push(chunk);
    this.socket.uncork();
    this.heard(this.#decoder.incomplete);
  }

  message(opcode: number, bytes: Buffer): void {
    this.completed();
    if (this.closing) return;
    if (opcode === Opcode.binary) return this.close(1003, 'binary frames are not used', 'malformed');
    const message = readMessage(bytes);
    if (message.kind === 'invalid' && message.fault === 'encoding') this.close(1007, 'not UTF-8', 'malformed');
    else if (isEnvelope(message)) this.#open(message);
    else this.#take(message, message.kind === 'invalid' && message.fault === 'parse' ? this.#latest : this);
  }

  control(opcode: number, payload: Buffer): void {
    if (opcode === Opcode.close) this.#closed(payload);
    else if (this.#tooMany()) this.#fail(1008, 'too many control frames');
    else if (opcode === Opcode.ping && this.writable) this.socket.write(encodeControl(Opcode.pong, payload));
  }

  malformed(code: number, text: string): void {
    this.#fail(code, text);
  }

  refuse(text: string, cause: Cause): void {
    this.close(1008, text.toLowerCase(), cause);
  }

  /** Sends a close frame; the client is to answer with one. */
  close(code: number, text: string, cause?: Cause): void {
    if (this.closing) return;
    this.socket.write(encodeControl(Opcode.close, closePayload(code, text)));
    this.beginClosing(cause);
  }

  /** Its reply to the close frame, or the end of what it sends. */
  ended(): void {
    this.#over = true;
    if (!this.closing) this.beginClosing();
    this.socket.end();
  }

  override congested(): void {
    super.congested();
    if (this.#envelopes !== undefined) this.session.pauseWork(this.#envelopes);
  }

  override drained(): void {
    if (this.#envelopes !== undefined) this.session.resumeWork(this.#envelopes);
    super.drained();
  }

  override cut(): void {
    this.close(1008, 'slow_consumer', 'slow_consumer');
    setImmediate(() => this.socket.destroy());
  }

  sayGoodbye(): void {
    this.close(1001, 'shutting down');
  }

  /** One that does not answer a ping is gone. */
  protected silent(times: number): void {
    if (times > 1) this.refuse('No answer to a ping', 'idle_timeout');
    else this.socket.write(encodeControl(Opcode.ping, nothing));
  }

  protected writeFraming(frame: Buffer, length: number): void {
    writeHeader(frame, Opcode.text, length);
  }

  #tooMany(): boolean {
    const now = performance.now();
    if (now - this.#controlsSince > 1_000) {
      this.#controlsSince = now;
      this.#controls = 0;
    }
    return ++this.#controls > maxControls;
  }

  /** The client's close frame: the first one is answered in kind. */
  #closed(payload: Buffer): void {
    const fault = closeFault(payload);
    if (fault !== undefined) return this.#fail(fault, 'a close frame that must not be sent');
    if (!this.closing) this.socket.write(encodeControl(Opcode.close, payload.subarray(0, 2)));
    this.ended();
  }

  /** What the client sends cannot be understood, or is too much. */
  #fail(code: number, text: string): void {
    this.close(code, text, code === 1009 ? 'too_large' : 'malformed');
    this.ended();
  }

  /** The token in an envelope has to be the subject's. */
  #open(envelope: Message): void {
    const { message, token } = openEnvelope(envelope);
    this.#envelopes ??= new EnvelopeChannel(this);
    const channel = this.#envelopes;
    if (token === undefined || !this.plane.auth.required) return this.#take(message, channel);
    this.check(textOf(token), (identity) => {
      if (identity?.subject === this.session.subject) this.#take(message, channel);
      else this.#deny(message, channel);
    });
  }

  #take(message: Message, channel: Channel): void {
    if (channel !== this.#latest) this.session.stream = channel;
    this.#latest = channel;
    this.take(message, channel);
  }

  #deny(message: Message, channel: Channel): void {
    this.plane.counters.refusedMessage('websocket', 'unauthorized', 'invalid_message_token');
    if (message.kind === 'notification' || message.kind === 'response') return;
    sendReply(
      channel,
      message,
      'error',
      channel.refusal('unauthorized', 'auth_token is not valid for this connection'),
    );
  }
}
