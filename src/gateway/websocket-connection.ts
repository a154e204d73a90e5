import type { Socket } from 'node:net';
import { type RawData, WebSocket } from 'ws';
import { isEnvelope, openEnvelope } from '../wire/envelope.ts';
import { textOf } from '../wire/json-member.ts';
import { type Message, readMessage } from '../wire/jsonrpc.ts';
import { type Refusal, refusals, transports } from '../wire/mcp.ts';
import { Connection } from './connection.ts';
import type { DataPlane } from './data-plane.ts';
import type { Due } from './due-list.ts';
import { EnvelopeChannel } from './envelope-channel.ts';
import { type Channel, refusalError, sendReply } from './frontend.ts';
import type { Session } from './session.ts';

const transportIndex = transports.indexOf('websocket');

/**
 * One WebSocket client. `ws` does the handshake, incoming frames, ping and close; replies are written to the socket as one
 * buffer with their frame header, which costs one system call instead of two chunks gathered into one.
 */
export class WebSocketConnection extends Connection implements Due {
  declare session: Session;
  readonly plane: DataPlane;
  readonly #client: ServerSocket;
  #envelopes: EnvelopeChannel | undefined = undefined;
  /** Of the latest message: what belongs to no request goes out as that came in. */
  #latest: Channel = this;

  constructor(plane: DataPlane, client: ServerSocket, socket: Socket) {
    super(socket);
    this.plane = plane;
    this.#client = client;
  }

  protected get transportIndex(): number {
    return transportIndex;
  }

  headroom(length: number): number {
    return length < 126 ? 2 : length < 65_536 ? 4 : 10;
  }

  refusal(refusal: Refusal, text: string): Buffer {
    return refusalError(refusal, refusals[refusal].code, text);
  }

  received(bytes: Buffer): void {
    const message = readMessage(bytes);
    if (message.kind === 'invalid' && message.fault === 'encoding') this.violated(1007, 'not UTF-8');
    else if (isEnvelope(message)) this.#open(message);
    else this.#take(message, message.kind === 'invalid' && message.fault === 'parse' ? this.#latest : this);
  }

  override congested(): void {
    super.congested();
    if (this.#envelopes !== undefined) this.session.pauseWork(this.#envelopes);
  }

  override drained(): void {
    if (this.#envelopes !== undefined) this.session.resumeWork(this.#envelopes);
    super.drained();
  }

  close(code: number, reason: string): void {
    this.#client.close(code, reason);
  }

  /** The client sent what it must not. */
  violated(code: number, reason: string): void {
    this.plane.counters.failure('websocket', 'malformed');
    this.close(code, reason);
  }

  /** `ws` has closed the connection because of what the client sent. */
  failed(error: Error & { code?: string }): void {
    const large = error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH';
    this.plane.counters.failure('websocket', large ? 'too_large' : 'malformed');
  }

  due(now: number): number {
    if (!this.writable) return Number.POSITIVE_INFINITY;
    if (now > this.tokenEnds) this.#expire();
    return this.tokenEnds;
  }

  closeIdle(): void {
    if (this.idle) this.close(1001, 'shutting down');
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
    this.plane.counters.error('websocket', 'unauthorized');
    if (message.kind === 'notification' || message.kind === 'response') return;
    sendReply(
      channel,
      message,
      'error',
      channel.refusal('unauthorized', 'auth_token is not valid for this connection'),
    );
  }

  #expire(): void {
    this.plane.counters.failure('websocket', 'token_expired');
    this.close(1008, 'token expired');
  }

  protected get writable(): boolean {
    return this.#client.readyState === WebSocket.OPEN;
  }

  /** A final, unmasked text frame. */
  protected writeFraming(frame: Buffer, length: number): void {
    frame[0] = 0x81;
    if (length < 126) frame[1] = length;
    else if (length < 65_536) {
      frame[1] = 126;
      frame.writeUInt16BE(length, 2);
    } else {
      frame[1] = 127;
      frame.writeUInt32BE(0, 2);
      frame.writeUInt32BE(length, 6);
    }
  }

  protected pauseReading(): void {
    this.#client.pause();
  }

  protected resumeReading(): void {
    this.#client.resume();
  }

  cut(): void {
    this.plane.counters.failure('websocket', 'slow_consumer');
    this.close(1008, 'slow_consumer');
    setImmediate(() => this.outlet.destroy());
  }
}

/** `ws`'s socket that knows its connection, so that thousands of them share the same listeners. */
export class ServerSocket extends WebSocket {
  connection: WebSocketConnection | undefined = undefined;

  listen(connection: WebSocketConnection, closed: () => void): void {
    this.connection = connection;
    this.on('message', onMessage);
    this.on('error', onError);
    this.on('close', closed);
  }
}

function onMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
  const { connection } = this as ServerSocket;
  if (isBinary) connection?.violated(1003, 'binary frames are not used');
  else connection?.received(data as Buffer);
}

function onError(this: WebSocket, error: Error): void {
  (this as ServerSocket).connection?.failed(error);
}
