import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { formatBytes } from '../units.ts';
import { findMember } from '../wire/json-member.ts';
import { type Message, readMessage, withId } from '../wire/jsonrpc.ts';
import { McpCode, methodIndex, methodOf } from '../wire/mcp.ts';
import { EventKind, type EventSink, SseDecoder } from '../wire/sse.ts';
import type { Exchange, UpstreamSession, Work } from './exchange.ts';
import { encode, isEventStream, type UpstreamClient } from './upstream-client.ts';
import { notificationFor, paramsWithToken, progressTokenOf, subscriptionResultFor } from './upstream-names.ts';

/** One request on its way through an upstream: undici drives it, the exchange hears what comes back. */
export class UpstreamCall implements Work, Dispatcher.DispatchHandler, EventSink {
  readonly #client: UpstreamClient;
  readonly #exchange: Exchange;
  readonly #id: number;
  /** The client's; the server is given the id in its place. */
  readonly #progressToken: Buffer | undefined;
  /** Sends the call again where the server has not carried it out and another attempt can be a better one. */
  readonly #again: (call: UpstreamCall) => void;
  #isSecond = false;
  #resending = false;
  #session: UpstreamSession | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #sse: SseDecoder | undefined;
  #chunks: Buffer[] = [];
  /** Bytes of the reply, or of the event that is not complete. */
  #received = 0;
  #over = false;
  #waits = true;

  /** `id`: what the request is called upstream; client ids may repeat within a session that clients share. */
  constructor(client: UpstreamClient, exchange: Exchange, id: number, again: (call: UpstreamCall) => void) {
    this.#client = client;
    this.#exchange = exchange;
    this.#id = id;
    this.#progressToken = progressTokenOf(exchange.request);
    this.#again = again;
    client.waiting++;
  }

  get exchange(): Exchange {
    return this.#exchange;
  }

  /** `session`: the legacy one it belongs to, as the headers say too. */
  send(headers: string[], session?: UpstreamSession): void {
    if (this.#over) return;
    this.#session = session;
    this.#resending = false;
    this.#sse = undefined;
    this.#chunks = [];
    this.#received = 0;
    const { request } = this.#exchange;
    const token = this.#progressToken;
    const params = token === undefined ? request.params : paramsWithToken(request, token, String(this.#id));
    const body = withId(request, this.#id, params);
    const { trace } = this.#exchange;
    if (trace !== undefined) headers.push('traceparent', trace.parent);
    if (trace?.state !== undefined) headers.push('tracestate', trace.state);
    const isSubscription = this.#exchange.method === methodIndex['subscriptions/listen'];
    const pool = isSubscription ? this.#client.streams : this.#client.pool;
    pool.dispatch({ method: 'POST', path: this.#client.path, headers, body }, this);
  }

  /** The request cannot be sent, or its reply cannot be used. */
  fail(text: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#waited();
    this.#exchange.refuse('backend', `Backend unavailable: ${text}`);
    this.#controller?.abort(new Error(text));
  }

  /** It is not sent: the exchange is answered in another way. */
  withdraw(): void {
    this.#over = true;
    this.#waited();
  }

  cancel(reason: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#controller?.abort(new Error(reason));
    if (this.#session === undefined) return this.#waited();
    const params = { requestId: this.#id, reason };
    this.#client.tell(this.#session, encode({ method: 'notifications/cancelled', params })).catch(ignore);
  }

  pause(): void {
    this.#controller?.pause();
  }

  resume(): void {
    this.#controller?.resume();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#waited();
    this.#controller = controller;
    if (this.#over) controller.abort(new Error('cancelled'));
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    this.#status = status;
    if (status === 200 && isEventStream(headers)) this.#sse = new SseDecoder(this);
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#received += chunk.length;
    if (this.#sse === undefined) this.#chunks.push(chunk);
    else {
      this.#sse.push(chunk, 0, chunk.length, 0);
      this.#received = this.#sse.pending;
    }
    const { maxReply } = this.#client.options;
    if (this.#received > maxReply) this.fail(`reply larger than ${formatBytes(maxReply)}`);
  }

  event(kind: EventKind, bytes: Buffer, start: number, end: number): void {
    if (kind === EventKind.message) this.#message(readMessage(Buffer.from(bytes.subarray(start, end))));
  }

  onResponseEnd(): void {
    if (this.#over || this.#resending) return;
    if (this.#status === 404 && this.#session?.id !== undefined) return this.#sessionEnded();
    if (this.#sse !== undefined) return this.fail('no reply to the request');
    const message = readMessage(this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks));
    if (message.kind === 'response' || this.#status === 200) this.#message(message);
    else this.fail(`HTTP ${this.#status}`);
    if (message.kind === 'notification') this.fail('no reply to the request');
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error & { code?: string }): void {
    this.#waited();
    if (!this.#resending) this.fail(error.code ?? error.message);
  }

  /** It has a connection, or needs none any more; undici keeps what was cancelled meanwhile. */
  #waited(): void {
    if (this.#waits) this.#client.waiting--;
    this.#waits = false;
  }

  #message(message: Message): void {
    if (this.#over) return;
    const { bytes } = message;
    if (message.kind === 'notification') this.#notified(message);
    else if (message.kind === 'request' && this.#session !== undefined)
      void this.#client.answer(this.#session, message, this.#exchange);
    else if (message.kind === 'response' && this.#isMine(message)) {
      if (message.resultStart >= 0) this.#result(bytes.subarray(message.resultStart, message.resultEnd));
      else this.#error(bytes.subarray(message.errorStart, message.errorEnd));
    } else this.fail('reply is no JSON-RPC response to the request');
  }

  #isMine({ bytes, idStart, idEnd }: Message): boolean {
    return bytes.toString('latin1', idStart, idEnd) === String(this.#id);
  }

  #result(value: Buffer): void {
    this.#over = true;
    const { request, method } = this.#exchange;
    const isSubscription = method === methodIndex['subscriptions/listen'];
    this.#exchange.result(isSubscription ? subscriptionResultFor(request, String(this.#id), value) : value);
  }

  /** Headers that do not repeat what the server wants them to: it may want other ones than when it was asked. */
  #error(value: Buffer): void {
    const isMismatch = findMember(value, 'code')?.toString() === String(McpCode.headerMismatch);
    if (isMismatch && !this.#isSecond && this.#exchange.method === methodIndex['tools/call']) return this.#sendAgain();
    this.#over = true;
    this.#exchange.error(value);
  }

  #notified(notification: Message): void {
    const { request, era } = this.#exchange;
    // What a legacy server no longer wants to know it calls by an id that the client has not seen.
    if (era === 'legacy' && methodOf(notification) === methodIndex['notifications/cancelled']) return;
    this.#exchange.notify(notificationFor(request, this.#progressToken, String(this.#id), notification));
  }

  /** Nothing has been done for the request, whatever it is. */
  #sessionEnded(): void {
    const { caller } = this.#exchange;
    if (caller.upstream === this.#session) caller.upstream = undefined;
    if (this.#isSecond) this.fail('its session has ended');
    else this.#sendAgain();
  }

  #sendAgain(): void {
    this.#isSecond = true;
    this.#resending = true;
    this.#exchange.retried();
    this.#again(this);
  }
}

/** What is told to an upstream in passing is not waited for. */
function ignore(): void {}
