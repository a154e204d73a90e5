import type { IncomingHttpHeaders } from 'node:http';
import { buildConnector, Pool } from 'undici';
import { findMember } from '../wire/json-member.ts';
import { errorObject, type Message, RpcCode, readMessage, replyLength, writeReply } from '../wire/jsonrpc.ts';
import { methodIndex, methodOf } from '../wire/mcp.ts';
import { EventKind, SseDecoder } from '../wire/sse.ts';
import type { Client } from './client.ts';
import type { UpstreamSession } from './exchange.ts';
import type { UpstreamOptions } from './upstream-options.ts';

const controlMillis = 10_000;

/** What `initialize` gave. */
export interface Opened {
  readonly session: UpstreamSession;
  /** JSON. */
  readonly result: Buffer;
}

/** One upstream MCP server: its connections, and the requests that open, use and end a session there. */
export class UpstreamClient {
  readonly pool: Pool;
  readonly path: string;
  readonly options: UpstreamOptions;
  /** Requests that have no connection yet. */
  waiting = 0;

  constructor(url: string, options: UpstreamOptions) {
    const { origin, pathname, search } = new URL(url);
    this.path = pathname + search;
    this.options = options;
    this.pool = new Pool(origin, {
      connections: options.connections,
      connect: connector(options),
      keepAliveTimeout: options.idleMillis,
      pipelining: options.keepAlive ? 1 : 0,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  /** As many requests wait as may. */
  get crowded(): boolean {
    return this.waiting >= this.options.waiting;
  }

  /** Everything the upstream is sent; no client header is passed on. */
  headers(session: UpstreamSession | undefined): string[] {
    const headers = ['content-type', 'application/json', 'accept', 'application/json, text/event-stream'];
    if (session !== undefined) headers.push('mcp-protocol-version', session.protocolVersion);
    if (session?.id !== undefined) headers.push('mcp-session-id', session.id);
    return headers;
  }

  /**
   * `initialize` in the client's words, then `notifications/initialized`. Rejects with a plain Error whose message says what
   * went wrong.
   */
  async open({ protocolVersion, capabilities, info }: Client): Promise<Opened> {
    const params = `{"protocolVersion":"${protocolVersion}","capabilities":${capabilities},"clientInfo":${info}}`;
    const initialize = Buffer.from(`{"jsonrpc":"2.0","id":0,"method":"initialize","params":${params}}`);
    const { headers, text } = await this.#post(initialize, undefined);
    const result = resultIn(headers, text);
    const session = sessionOf(result, headers);
    await this.tell(session, encode({ method: 'notifications/initialized' }));
    return { session, result };
  }

  /** Posts a message that has no reply. */
  async tell(session: UpstreamSession, message: Buffer): Promise<void> {
    await this.#post(message, session);
  }

  /** DELETE; a server without sessions or one that is gone has nothing to end. */
  async end(session: UpstreamSession): Promise<void> {
    if (session.id === undefined) return;
    const { body } = await this.pool.request({
      method: 'DELETE',
      path: this.path,
      headers: this.headers(session),
      signal: AbortSignal.timeout(controlMillis),
    });
    await body.dump();
  }

  close(): Promise<void> {
    return this.pool.destroy();
  }

  async #post(body: Buffer, session: UpstreamSession | undefined) {
    const reply = await this.pool.request({
      method: 'POST',
      path: this.path,
      headers: this.headers(session),
      body,
      signal: AbortSignal.timeout(controlMillis),
    });
    const text = await reply.body.text();
    if (reply.statusCode >= 300) throw new Error(`HTTP ${reply.statusCode}`);
    return { headers: reply.headers, text };
  }
}

/** undici sets TCP_NODELAY on every connection that it makes. */
function connector({
  connectMillis,
  noDelay,
}: UpstreamOptions): buildConnector.connector | buildConnector.BuildOptions {
  if (noDelay) return { timeout: connectMillis };
  const connect = buildConnector({ timeout: connectMillis });
  return (options, callback) =>
    connect(options, (...[error, socket]: Parameters<buildConnector.Callback>) => {
      if (error !== null) return callback(error, null);
      callback(null, socket.setNoDelay(false));
    });
}

/** The answer to a request the upstream sends us: `ping` works, nothing else is offered. */
export function answerToServer(request: Message): Buffer {
  const ping = methodOf(request) === methodIndex.ping;
  const value = ping ? Buffer.from('{}') : errorObject(RpcCode.unknownMethod, 'Method not found');
  const member = ping ? 'result' : 'error';
  const reply = Buffer.allocUnsafe(replyLength(request, member, value));
  writeReply(reply, 0, request, member, value);
  return reply;
}

export function encode(message: Readonly<Record<string, unknown>>): Buffer {
  return Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }));
}

export function isEventStream(headers: IncomingHttpHeaders): boolean {
  return headers['content-type']?.startsWith('text/event-stream') === true;
}

/** The result of `initialize`. */
function resultIn(headers: IncomingHttpHeaders, text: string): Buffer {
  const bytes = Buffer.from(text);
  const messages = isEventStream(headers) ? messagesIn(bytes) : [bytes];
  const response = messages.map(readMessage).find(({ kind }) => kind === 'response');
  if (response === undefined) throw new Error('no reply to initialize');
  if (response.resultStart < 0) throw new Error('initialize was refused');
  return response.bytes.subarray(response.resultStart, response.resultEnd);
}

function messagesIn(stream: Buffer): Buffer[] {
  const messages: Buffer[] = [];
  const decoder = new SseDecoder({
    event: (kind, bytes, start, end) => {
      if (kind === EventKind.message) messages.push(Buffer.from(bytes.subarray(start, end)));
    },
  });
  decoder.push(stream, 0, stream.length, 0);
  return messages;
}

function sessionOf(result: Buffer, headers: IncomingHttpHeaders): UpstreamSession {
  const version = findMember(result, 'protocolVersion');
  if (!Buffer.isBuffer(version)) throw new Error('the reply to initialize names no protocol version');
  const id = headers['mcp-session-id'];
  const protocolVersion = String(JSON.parse(version.toString()));
  return typeof id === 'string' ? { id, protocolVersion } : { protocolVersion };
}
