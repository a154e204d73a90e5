import { IncomingMessage, type ServerResponse } from 'node:http';
import type { TraceContext } from '../../router/exchange.ts';
import { findMember } from '../../wire/json-member.ts';
import { errorObject, errorOf, type Message, RpcCode } from '../../wire/jsonrpc.ts';
import { McpCode, type Refusal, refusals, transports } from '../../wire/mcp.ts';
import { encodeEvent, sseComment } from '../../wire/sse-writer.ts';
import type { Denial } from '../admission.ts';
import { endOf, type Identity } from '../authenticator.ts';
import type { Recipient } from '../congestion.ts';
import type { DataPlane } from '../data-plane.ts';
import type { Due } from '../due-list.ts';
import { type Channel, refusalError } from '../frontend.ts';
import type { Cause } from '../metrics/reasons.ts';
import type { PendingRequest } from '../pending-request.ts';
import { refusalHeaders } from '../refuse.ts';
import { traceOf } from '../trace.ts';
import type { EventStream, Outlet } from './event-stream.ts';
import type { HttpSession } from './session.ts';

/** node:http's request that knows what answers it, so that all requests share the same listeners. */
export class HttpRequest extends IncomingMessage {
  reply: Reply | undefined = undefined;
}

const transportIndex = transports.indexOf('http');

/** HTTP statuses of errors that the modern era does not send with 200. */
const modernStatus: ReadonlyMap<string, number> = new Map([
  [String(RpcCode.unknownMethod), 404],
  [String(McpCode.missingCapability), 400],
]);

/** The reply to one request: JSON, or server-sent events once something comes before the result. */
export class Reply implements Channel, Due, Outlet, Recipient {
  readonly maxReply: number = Number.POSITIVE_INFINITY;
  readonly tailroom: number = 0;
  protected readonly plane: DataPlane;
  protected readonly request: HttpRequest;
  protected readonly response: ServerResponse;
  /** The HTTP status of a reply in JSON. */
  protected code = 200;
  /** Of the session that this reply opens. */
  protected newSessionId: string | undefined = undefined;
  /** A message of the modern era: its connection's end is its own. */
  protected modern: Message | undefined = undefined;
  /** Under way for it. */
  protected pending: PendingRequest | undefined = undefined;
  /** The session that it is part of. */
  protected session: HttpSession | undefined = undefined;
  /** Its events, where a client can come back for them. */
  #stream: EventStream | undefined = undefined;
  #hearsClose = false;
  /** Who is answered. */
  identity: Identity | undefined = undefined;
  /** `performance.now()` of the last event, about. */
  lastEvent = 0;

  constructor(plane: DataPlane, request: HttpRequest, response: ServerResponse) {
    this.plane = plane;
    this.request = request;
    this.response = response;
  }

  get trace(): TraceContext | undefined {
    return traceOf(this.request.headers);
  }

  headroom(): number {
    return 0;
  }

  send(message: Buffer, length: number, final: boolean): void {
    if (this.#stream !== undefined) this.#stream.send(message, length, final);
    else if (this.over) return;
    else if (this.response.headersSent) this.#sendEvent(message, final);
    else if (final) this.#sendJson(message);
    else if (this.beginEvents()) this.send(message, length, false);
  }

  /** From now on the reply is a stream of events; false: the client takes none. */
  beginEvents(): boolean {
    if (!/text\/event-stream|\*\/\*/i.test(this.request.headers.accept ?? '')) return false;
    this.writeEventsHead();
    const { session } = this;
    if (session === undefined) return true;
    this.#stream = session.events.open();
    this.#stream.begin(this, session.canResume);
    return true;
  }

  event(event: Buffer, final: boolean): void {
    if (this.over) return;
    this.lastEvent = this.plane.now;
    if (final) this.response.end(event);
    else this.response.write(event);
    this.#wrote(event.length);
  }

  finish(): void {
    if (!this.over) this.response.end();
  }

  /** Nothing has come for so long that the connection looks idle. */
  keepAlive(): void {
    this.event(sseComment, false);
  }

  /** The request has been under way for so long that its client wants to see something. */
  waited(): void {
    if (!this.over && !this.response.headersSent && this.beginEvents()) this.keepAlive();
  }

  /** A request is under way for it. */
  get busy(): boolean {
    return this.pending !== undefined;
  }

  /** A stream goes on no longer than the token holds. */
  due(now: number): number {
    const ends = this.#ends;
    if (this.over || ends === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
    if (now <= ends) return ends;
    this.plane.counters.failure('http', 'token_expired');
    if (this.pending === undefined) this.finish();
    else this.pending.abandon('token expired');
    return Number.POSITIVE_INFINITY;
  }

  /** The connection has ended, or the reply has. */
  closed(): void {
    this.plane.openStreams.delete(this);
    if (this.response.writableEnded) return;
    if (this.modern !== undefined) this.pending?.abandon('client disconnected');
    this.#stream?.detach(this);
  }

  protected writeEventsHead(): void {
    this.lastEvent = this.plane.now;
    this.plane.connections.streams(this.request.socket);
    this.plane.openStreams.add(this);
    this.plane.dueList.add(this, this.#ends);
    this.hearClose();
    this.response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
      ...this.#closing(),
    });
  }

  /** Calls `closed` when the time has come. */
  protected hearClose(): void {
    if (this.#hearsClose) return;
    this.#hearsClose = true;
    this.request.reply = this;
    this.response.on('close', onClose);
  }

  refusal(refusal: Refusal, text: string): Buffer {
    const { code, status } = refusals[refusal];
    this.code = status;
    return refusalError(refusal, code, text);
  }

  /** A POST has to be answered all the same: 202, or the end of its stream. */
  abandon(): void {
    if (this.#stream !== undefined) return this.#stream.close();
    if (this.over) return;
    if (!this.response.headersSent) this.response.writeHead(202, this.#closing());
    this.response.end();
  }

  get outlet(): ServerResponse {
    return this.response;
  }

  congested(): void {
    this.pending?.work?.pause();
  }

  drained(): void {
    this.pending?.work?.resume();
  }

  cut(): void {
    this.plane.counters.failure('http', 'slow_consumer');
    this.request.socket.destroy();
  }

  pause(): void {}

  resume(): void {}

  /** Answers what is asked of a path or by a method that is not served. */
  unserved(status: number, cause: Cause, headers: Readonly<Record<string, string>> = {}): void {
    this.plane.counters.refused('http', cause);
    this.status(status, headers);
  }

  /** Answers without a JSON-RPC message. */
  status(status: number, headers: Readonly<Record<string, string>> = {}): void {
    if (!this.over) this.response.writeHead(status, { 'content-length': 0, ...headers, ...this.#closing() }).end();
  }

  /** Answers what is no valid MCP request over HTTP. */
  invalid(status: number, cause: Cause, text: string): void {
    this.plane.counters.refusedMessage('http', 'invalid_message', cause);
    this.reject(status, errorObject(RpcCode.invalidRequest, text));
  }

  deny({ reason, cause, text }: Denial): void {
    if (reason === 'invalid') return this.invalid(400, cause, text);
    this.plane.counters.refused('http', cause);
    this.refuse(reason, text);
  }

  refuse(refusal: Refusal, text: string): void {
    this.plane.counters.error('http', refusal);
    this.reject(refusals[refusal].status, this.refusal(refusal, text));
  }

  /** The session a request names; undefined after answering 400 or 404. */
  sessionOf(subject: string): HttpSession | undefined {
    const id = this.request.headers['mcp-session-id'];
    if (typeof id !== 'string') return void this.invalid(400, 'unknown_session', 'Header Mcp-Session-Id is missing');
    const session = this.plane.store.find(id, subject);
    if (session !== undefined) return session;
    this.plane.counters.refused('http', 'unknown_session');
    this.reject(404, errorObject(McpCode.sessionNotFound, 'Session not found'));
    return undefined;
  }

  /** Answers with an error that repeats no id. */
  protected reject(status: number, error: Buffer): void {
    if (this.over) return;
    this.code = status;
    this.#sendJson(Buffer.from(`{"jsonrpc":"2.0","id":null,"error":${error}}`));
  }

  /** Nobody hears what is sent from now on. */
  protected get over(): boolean {
    return this.response.writableEnded || this.response.destroyed;
  }

  get #ends(): number {
    return this.identity === undefined ? Number.POSITIVE_INFINITY : endOf(this.identity);
  }

  #sendJson(message: Buffer): void {
    const headers: Record<string, string | number> = {
      'content-type': 'application/json',
      'content-length': message.length,
    };
    if (this.modern !== undefined && this.code === 200) this.code = modernStatusOf(this.modern, message);
    if (this.newSessionId !== undefined) headers['mcp-session-id'] = this.newSessionId;
    if (this.code >= 400) Object.assign(headers, refusalHeaders(this.code));
    if (this.plane.draining) headers.connection = 'close';
    this.response.writeHead(this.code, headers);
    this.response.end(message);
    this.plane.counters.sent(transportIndex, 'response', message.length);
    this.#wrote(message.length);
  }

  #sendEvent(message: Buffer, final: boolean): void {
    this.event(encodeEvent(message), final);
    this.plane.counters.sent(transportIndex, final ? 'response' : 'notification', message.length);
  }

  #wrote(length: number): void {
    if (this.response.writableLength > 0) this.plane.congestion.wrote(this, length);
  }

  #closing(): Record<string, string> {
    return this.plane.draining ? { connection: 'close' } : {};
  }
}

function onClose(this: ServerResponse<HttpRequest>): void {
  this.req.reply?.closed();
}

/** The HTTP status of the reply to a request of the modern era. */
function modernStatusOf(request: Message, reply: Buffer): number {
  const code = findMember(errorOf(request, reply), 'code');
  return (Buffer.isBuffer(code) && modernStatus.get(code.toString())) || 200;
}
