import { IncomingMessage, type ServerResponse } from 'node:http';
import type { TraceContext } from '../../router/exchange.ts';
import { errorObject, type Message, RpcCode, readMessage } from '../../wire/jsonrpc.ts';
import {
  isLegacyVersion,
  legacyVersions,
  McpCode,
  methodIndex,
  methodOf,
  type Refusal,
  refusals,
  transports,
} from '../../wire/mcp.ts';
import { encodeEvent } from '../../wire/sse-writer.ts';
import { type Denial, noSessionLeft } from '../admission.ts';
import type { Recipient } from '../congestion.ts';
import type { DataPlane } from '../data-plane.ts';
import { type Channel, refusalError, sendReply } from '../frontend.ts';
import type { Cause } from '../metrics/reasons.ts';
import { refusalHeaders } from '../refuse.ts';
import type { Session } from '../session.ts';
import { traceOf } from '../trace.ts';
import { Body } from './body.ts';

const transportIndex = transports.indexOf('http');

/** node:http's request that knows its channel, so that all requests share the same listeners. */
export class PostRequest extends IncomingMessage {
  channel: PostChannel | undefined = undefined;
}

/** One POST: collects its body, hands the message to its session, and answers with JSON, or SSE once a notification comes first. */
export class PostChannel implements Channel, Recipient {
  readonly maxReply: number = Number.POSITIVE_INFINITY;
  readonly tailroom = 0;
  readonly #plane: DataPlane;
  readonly #request: PostRequest;
  readonly #response: ServerResponse;
  #subject = '';
  #inSession = false;
  readonly #body = new Body();
  #session: Session | undefined = undefined;
  #replyStatus = 200;
  /** The session that the message opens; it begins with the reply. */
  #opening: Session | undefined = undefined;
  #newSessionId: string | undefined = undefined;

  constructor(plane: DataPlane, request: PostRequest, response: ServerResponse) {
    this.#plane = plane;
    this.#request = request;
    this.#response = response;
  }

  /** Takes the body in. `inSession`: the message belongs to a session, or opens one. */
  read(subject: string, inSession: boolean): void {
    const { headers } = this.#request;
    if (!/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '') || headers['content-encoding'] !== undefined)
      return this.invalid(415, 'media_type', 'The body must be application/json, not encoded');
    this.#subject = subject;
    this.#inSession = inSession;
    if (Number(headers['content-length'] ?? 0) > this.#plane.limits.body) return this.#tooLarge();
    this.#request.channel = this;
    this.#request.on('data', onData);
    this.#request.on('end', onEnd);
  }

  data(chunk: Buffer): void {
    if (this.#body.length + chunk.length > this.#plane.limits.body) return this.#tooLarge();
    this.#body.append(chunk);
  }

  end(): void {
    if (this.#response.writableEnded) return;
    const message = readMessage(this.#body.take());
    if (message.kind === 'invalid') {
      this.#replyStatus = 400;
      this.#plane.sessionless.of(this.#subject).receive(message, this);
    } else if (!this.#inSession) this.#deliver(this.#plane.sessionless.of(this.#subject), message);
    else if (this.#speaksLegacy(message)) this.#route(message);
  }

  /** The session a request names; undefined after answering 400 or 404. */
  sessionOf({ headers }: IncomingMessage, subject: string): Session | undefined {
    const id = headers['mcp-session-id'];
    if (typeof id !== 'string') return void this.invalid(400, 'unknown_session', 'Header Mcp-Session-Id is missing');
    const session = this.#plane.store.find(id, subject);
    if (session !== undefined) return session;
    this.#plane.counters.refused('http', 'unknown_session');
    this.#reject(404, errorObject(McpCode.sessionNotFound, 'Session not found'));
    return undefined;
  }

  get trace(): TraceContext | undefined {
    return traceOf(this.#request.headers);
  }

  headroom(): number {
    return 0;
  }

  send(frame: Buffer, length: number, final: boolean): void {
    if (final && this.#opening !== undefined) return void this.#begin(this.#opening, frame, length);
    const response = this.#response;
    if (response.writableEnded || response.destroyed) return;
    if (response.headersSent) this.#sendEvent(frame, final);
    else if (final) this.#sendJson(frame);
    else if (this.#acceptsEvents()) {
      this.#plane.connections.streams(this.#request.socket);
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache', ...this.#closing() });
      this.#sendEvent(frame, false);
    }
  }

  refusal(refusal: Refusal, text: string): Buffer {
    const { code, status } = refusals[refusal];
    this.#replyStatus = status;
    return refusalError(refusal, code, text);
  }

  /** A POST has to be answered all the same: 202, or the end of its stream. */
  abandon(): void {
    if (this.#opening !== undefined) this.#plane.store.end(this.#opening);
    this.#opening = undefined;
    if (this.#response.writableEnded) return;
    if (!this.#response.headersSent) this.#response.writeHead(202, this.#closing());
    this.#response.end();
  }

  get outlet(): ServerResponse {
    return this.#response;
  }

  congested(): void {
    this.#session?.pauseWork(this);
  }

  drained(): void {
    this.#session?.resumeWork(this);
  }

  cut(): void {
    this.#plane.counters.failure('http', 'slow_consumer');
    this.#request.socket.destroy();
  }

  pause(): void {}

  resume(): void {}

  /** Answers what is asked of a path or by a method that is not served. */
  unserved(status: number, cause: Cause, headers: Readonly<Record<string, string>> = {}): void {
    this.#plane.counters.refused('http', cause);
    this.status(status, headers);
  }

  /** Answers without a JSON-RPC message. */
  status(status: number, headers: Readonly<Record<string, string>> = {}): void {
    this.#response.writeHead(status, { 'content-length': 0, ...headers, ...this.#closing() }).end();
  }

  /** Answers what is no valid MCP request over HTTP. */
  invalid(status: number, cause: Cause, text: string): void {
    this.#plane.counters.refusedMessage('http', 'invalid_message', cause);
    this.#reject(status, errorObject(RpcCode.invalidRequest, text));
  }

  deny({ reason, cause, text }: Denial): void {
    if (reason === 'invalid') return this.invalid(400, cause, text);
    this.#plane.counters.refused('http', cause);
    this.refuse(reason, text);
  }

  refuse(refusal: Refusal, text: string): void {
    this.#plane.counters.error('http', refusal);
    this.#reject(refusals[refusal].status, this.refusal(refusal, text));
  }

  #route(message: Message): void {
    if (message.kind === 'request' && methodOf(message) === methodIndex.initialize) return this.#initialize(message);
    const session = this.sessionOf(this.#request, this.#subject);
    if (session !== undefined) this.#deliver(session, message);
  }

  #deliver(session: Session, message: Message): void {
    this.#session = session;
    session.receive(message, this);
    if (message.kind !== 'request') this.status(202);
  }

  #initialize(message: Message): void {
    this.#opening = this.#plane.store.create(this.#subject);
    if (this.#opening === undefined) this.deny(noSessionLeft);
    else this.#deliver(this.#opening, message);
  }

  /** Answers `initialize` when every worker can serve the session; one that the server would not open has ended. */
  async #begin(session: Session, reply: Buffer, length: number): Promise<void> {
    this.#opening = undefined;
    const { store } = this.#plane;
    const opened = session.client !== undefined;
    // The request is over by then, also where nobody is to be told.
    await (opened ? store.publish(session) : undefined);
    if (opened) this.#newSessionId = session.id;
    else store.end(session);
    this.send(reply, length, true);
  }

  #speaksLegacy(message: Message): boolean {
    const version = this.#request.headers['mcp-protocol-version'];
    if (version === undefined || (typeof version === 'string' && isLegacyVersion(version))) return true;
    this.#plane.counters.refusedMessage('http', 'invalid_message', 'unsupported_version');
    this.#replyStatus = 400;
    const data = { supported: legacyVersions, requested: version };
    sendReply(this, message, 'error', errorObject(McpCode.unsupportedVersion, 'Unsupported protocol version', data));
    return false;
  }

  /** Reads on to the end, as long as the request may take: closing now would cost the client the answer. */
  #tooLarge(): void {
    this.#request.off('data', onData);
    this.#request.resume();
    this.#plane.counters.refused('http', 'too_large');
    this.refuse('tooLarge', 'The body is too large');
  }

  #reject(status: number, error: Buffer): void {
    if (this.#response.writableEnded) return;
    this.#replyStatus = status;
    this.#sendJson(Buffer.from(`{"jsonrpc":"2.0","id":null,"error":${error}}`));
  }

  #sendJson(message: Buffer): void {
    const headers: Record<string, string | number> = {
      'content-type': 'application/json',
      'content-length': message.length,
    };
    if (this.#newSessionId !== undefined) headers['mcp-session-id'] = this.#newSessionId;
    if (this.#replyStatus >= 400) Object.assign(headers, refusalHeaders(this.#replyStatus));
    if (this.#plane.draining) headers.connection = 'close';
    this.#response.writeHead(this.#replyStatus, headers);
    this.#response.end(message);
    this.#plane.counters.sent(transportIndex, 'response', message.length);
    this.#wrote(message.length);
  }

  #sendEvent(message: Buffer, final: boolean): void {
    const event = encodeEvent(message);
    if (final) this.#response.end(event);
    else this.#response.write(event);
    this.#plane.counters.sent(transportIndex, final ? 'response' : 'notification', message.length);
    this.#wrote(event.length);
  }

  #wrote(length: number): void {
    if (this.#response.writableLength > 0) this.#plane.congestion.wrote(this, length);
  }

  #acceptsEvents(): boolean {
    return /text\/event-stream|\*\/\*/i.test(this.#request.headers.accept ?? '');
  }

  #closing(): Record<string, string> {
    return this.#plane.draining ? { connection: 'close' } : {};
  }
}

function onData(this: PostRequest, chunk: Buffer): void {
  this.channel?.data(chunk);
}

function onEnd(this: PostRequest): void {
  this.channel?.end();
}
