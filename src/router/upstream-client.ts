import type { IncomingHttpHeaders } from 'node:http';
import { buildConnector, Pool } from 'undici';
import { findMember } from '../wire/json-member.ts';
import { type Message, readMessage, replyTo } from '../wire/jsonrpc.ts';
import { methodIndex, methodOf } from '../wire/mcp.ts';
import { EventKind, SseDecoder } from '../wire/sse.ts';
import type { Client } from './client.ts';
import type { Answer, Caller, UpstreamSession } from './exchange.ts';
import type { UpstreamOptions } from './upstream-options.ts';

const controlMillis = 10_000;

/** The server is there and does not want the message: if it is `initialize`, it may be of another era. */
export class Refused extends Error {}

const refuses = new Set([400, 404, 405, 422]);

/** What `initialize` gave. */
export interface Opened {
  readonly session: UpstreamSession;
  /** JSON. */
  readonly result: Buffer;
}

/** One upstream MCP server: its connections, and the requests that open, use and end a session there. */
export class UpstreamClient {
  readonly pool: Pool;
  /** Streams that stay open, one a session, keep nobody from sending requests. */
  readonly streams: Pool;
  /** It has no streams that stay open. */
  streamless = false;
  readonly path: string;
  readonly options: UpstreamOptions;
  /** Requests that have no connection yet. */
  waiting = 0;

  constructor(url: string, options: UpstreamOptions) {
    const { origin, pathname, search } = new URL(url);
    this.path = pathname + search;
    this.options = options;
    const common = { connect: connector(options), headersTimeout: 0, bodyTimeout: 0 };
    this.pool = new Pool(origin, {
      ...common,
      connections: options.connections,
      keepAliveTimeout: options.idleMillis,
      pipelining: options.keepAlive ? 1 : 0,
    });
    this.streams = new Pool(origin, common);
  }

  /** As many requests wait as may. */
  get crowded(): boolean {
    return this.waiting >= this.options.waiting;
  }

  /** Everything the upstream is sent; of what the client sent only its trace context is passed on, by the call. */
  headers(session: UpstreamSession | undefined): string[] {
    const headers = ['content-type', 'application/json', 'accept', 'application/json, text/event-stream'];
    return session === undefined ? headers : withSession(headers, session);
  }

  streamHeaders(session: UpstreamSession): string[] {
    return withSession(['accept', 'text/event-stream'], session);
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

  /** A request of the gateway's own. Resolves with undefined when the server does not understand it at all. */
  async ask(body: Buffer, headers: string[]): Promise<Message | undefined> {
    const signal = AbortSignal.timeout(controlMillis);
    const reply = await this.pool.request({ method: 'POST', path: this.path, headers, body, signal });
    const { statusCode } = reply;
    const response = responseIn(reply.headers, await reply.body.text());
    if (statusCode === 401 || statusCode === 403 || statusCode >= 500) throw new Error(`HTTP ${statusCode}`);
    return response;
  }

  /** Posts a message that has no reply. */
  async tell(session: UpstreamSession, message: Buffer): Promise<void> {
    await this.#post(message, session);
  }

  /** Answers a request of the server: `ping` here, everything else by the client that `asked` reaches. */
  async answer(session: UpstreamSession, request: Message, asked: Pick<Caller, 'ask'>): Promise<void> {
    const isPing = methodOf(request) === methodIndex.ping;
    const { member, value } = isPing ? pong : await asked.ask(request);
    // A server that is gone by then does not need it.
    await this.tell(session, replyTo(request, member, value)).catch(() => {});
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

  async close(): Promise<void> {
    await Promise.all([this.pool.destroy(), this.streams.destroy()]);
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
    if (reply.statusCode >= 300)
      throw new (refuses.has(reply.statusCode) ? Refused : Error)(`HTTP ${reply.statusCode}`);
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

const pong: Answer = { member: 'result', value: Buffer.from('{}') };

function withSession(headers: string[], { id, protocolVersion }: UpstreamSession): string[] {
  headers.push('mcp-protocol-version', protocolVersion);
  if (id !== undefined) headers.push('mcp-session-id', id);
  return headers;
}

export function encode(message: Readonly<Record<string, unknown>>): Buffer {
  return Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }));
}

export function isEventStream(headers: IncomingHttpHeaders): boolean {
  return headers['content-type']?.startsWith('text/event-stream') === true;
}

function responseIn(headers: IncomingHttpHeaders, text: string): Message | undefined {
  const bytes = Buffer.from(text);
  const messages = isEventStream(headers) ? messagesIn(bytes) : [bytes];
  return messages.map(readMessage).find(({ kind }) => kind === 'response');
}

/** The result of `initialize`. */
function resultIn(headers: IncomingHttpHeaders, text: string): Buffer {
  const response = responseIn(headers, text);
  if (response === undefined) throw new Error('no reply to initialize');
  if (response.resultStart < 0) throw new Refused('initialize was refused');
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
