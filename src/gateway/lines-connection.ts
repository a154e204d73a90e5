import type { Socket } from 'node:net';
import { skipSpace } from '../wire/json-scanner.ts';
import { errorObject, Message, RpcCode, readMessage } from '../wire/jsonrpc.ts';
import { type Refusal, refusals } from '../wire/mcp.ts';
import type { Identity } from './authenticator.ts';
import type { DataPlane } from './data-plane.ts';
import { refusalError, sendReply } from './frontend.ts';
import { LineDecoder, type LineSink } from './line-decoder.ts';
import { type Cause, reasonOf } from './metrics/reasons.ts';
import type { Session } from './session.ts';
import { TcpConnection } from './tcp-connection.ts';
import { handshakeToken } from './tcp-handshake.ts';

/** What a reply without an id answers. */
const nobody = new Message(Buffer.alloc(0));
const openBrace = 0x7b;
/** What a line may hold before its sender is known, in bytes. */
const maxHandshakeLine = 64 * 1024;

/**
 * One client that sends a message a line. Its first one is the `initialize` with its token where one is required; whatever
 * else comes first, and a line that is not one JSON object, ends the connection before anything behind it is looked at.
 */
export class LinesConnection extends TcpConnection implements LineSink {
  override readonly tailroom = 1;
  protected readonly decoder: LineDecoder;

  constructor(plane: DataPlane, socket: Socket, accepted: number) {
    super(plane, socket, accepted);
    this.decoder = new LineDecoder(this, maxHandshakeLine);
    if (!plane.auth.required) this.check(undefined, (identity) => identity && this.authenticated(identity));
  }

  headroom(): number {
    return 0;
  }

  refusal(refusal: Refusal, text: string): Buffer {
    return refusalError(refusal, refusals[refusal].code, text);
  }

  line(line: Buffer): boolean {
    this.completed();
    const message = readMessage(line);
    if (!isObject(message)) this.#end(nobody, errorObject(RpcCode.parse, 'Parse error: a line is not one JSON object'));
    else if (this.session === undefined) this.#authenticate(message);
    else this.take(message);
    return this.ready;
  }

  tooLong(): void {
    this.#end(nobody, this.refusal('tooLarge', `A line is longer than ${this.decoder.maxLine} bytes`), 'too_large');
  }

  announceShutdown(): void {}

  protected override authenticated(identity: Identity): Session {
    this.decoder.maxLine = this.plane.limits.tcpMessage;
    return super.authenticated(identity);
  }

  protected writeFraming(frame: Buffer, length: number): void {
    frame[length] = 0x0a;
  }

  protected explain(text: string, cause: Cause): void {
    const reason = reasonOf(cause);
    const error =
      reason === 'protocol' || reason === 'slow_consumer'
        ? errorObject(RpcCode.invalidRequest, text)
        : this.refusal(reason, text);
    sendReply(this, nobody, 'error', error);
  }

  /** The kernel finds out whether a silent client is still there. */
  protected probe(): void {}

  #authenticate(message: Message): void {
    const { token, fault } = handshakeToken(message);
    if (fault !== undefined) return this.#unauthorized(message, fault);
    this.check(token, (identity) => {
      if (identity === undefined) this.#unauthorized(message, 'Authentication failed');
      else if (this.plane.draining)
        this.#end(message, this.refusal('overloaded', 'Failed to create session'), 'draining');
      else this.admit(message, identity);
    });
  }

  #unauthorized(message: Message, text: string): void {
    this.#end(message, this.refusal('unauthorized', `Unauthorized: ${text}`), 'invalid_token');
  }

  #end(message: Message, error: Buffer, cause: Cause = 'malformed'): void {
    sendReply(this, message, 'error', error);
    this.close(cause);
  }
}

function isObject({ kind, fault, bytes }: Message): boolean {
  if (kind !== 'invalid') return true;
  return fault !== 'parse' && fault !== 'encoding' && bytes[skipSpace(bytes, 0)] === openBrace;
}
