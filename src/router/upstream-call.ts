import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { formatBytes } from '../units.ts';
import { type Message, readMessage, withId } from '../wire/jsonrpc.ts';
import { methodIndex, methodOf } from '../wire/mcp.ts';
import { EventKind, type EventSink, SseDecoder } from '../wire/sse.ts';
import type { Exchange, UpstreamSession, Work } from './exchange.ts';
import { paramsWithToken, progressTokenOf, restoreToken } from './progress.ts';
import { encode, isEventStream, type UpstreamClient } from './upstream-client.ts';

/** One request on its way through an upstream: undici drives it, the exchange hears what comes back. */
export class UpstreamCall implements Work, Dispatcher.DispatchHandler, EventSink {
  readonly #client: UpstreamClient;
  readonly #exchange: Exchange;
  readonly #id: number;
  /** The client's; the server is given the id in its place. */
  readonly #progressToken: Buffer | undefined;
  /** Begins another session in the place of one the server has forgotten, and sends the call again. */
  readonly #renew: (call: UpstreamCall) => void;
  #isRenewed = false;
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
  constructor(client: UpstreamClient, exchange: Exchange, id: number, renew: (call: UpstreamCall) => void) {
    this.#client = client;
    this.#exchange = exchange;
    this.#id = id;
    this.#progressToken = progressTokenOf(exchange.request);
    this.#renew = renew;
    client.waiting++;
  }

  get exchange(): Exchange {
    return this.#exchange;
  }

  send(session: UpstreamSession): void {
    if (this.#over) return;
    this.#session = session;
    this.#sse = undefined;
    this.#chunks = [];
    this.#received = 0;
    const { request } = this.#exchange;
    const token = this.#progressToken;
    const params = token === undefined ? request.params : paramsWithToken(request, token, String(this.#id));
    const body = withId(request, this.#id, params);
    const headers = this.#client.headers(session);
    const { trace } = this.#exchange;
    if (trace !== undefined) headers.push('traceparent', trace.parent);
    if (trace?.state !== undefined) headers.push('tracestate', trace.state);
    this.#client.pool.dispatch({ method: 'POST', path: this.#client.path, headers, body }, this);
  }

  /** The request cannot be sent, or its reply cannot be used. */
  fail(text: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#waited();
    this.#exchange.refuse('backend', `Backend unavailable: ${text}`);
    this.#controller?.abort(new Error(text));
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
    if (this.#over) return;
    if (this.#status === 404 && this.#session?.id !== undefined) return this.#sessionEnded();
    if (this.#status !== 200) return this.fail(`HTTP ${this.#status}`);
    if (this.#sse === undefined)
      this.#message(readMessage(this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks)));
    if (!this.#over) this.fail('no reply to the request');
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error & { code?: string }): void {
    this.#waited();
    this.fail(error.code ?? error.message);
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
      this.#over = true;
      if (message.resultStart >= 0) this.#exchange.result(bytes.subarray(message.resultStart, message.resultEnd));
      else this.#exchange.error(bytes.subarray(message.errorStart, message.errorEnd));
    } else this.fail('reply is no JSON-RPC response to the request');
  }

  #isMine({ bytes, idStart, idEnd }: Message): boolean {
    return bytes.toString('latin1', idStart, idEnd) === String(this.#id);
  }

  #notified(notification: Message): void {
    // What a server no longer wants to know it calls by an id that the client has not seen.
    if (methodOf(notification) === methodIndex['notifications/cancelled']) return;
    const token = this.#progressToken;
    this.#exchange.notify(
      token === undefined ? notification.bytes : restoreToken(notification, String(this.#id), token),
    );
  }

  /** Nothing has been done for the request, whatever it is. */
  #sessionEnded(): void {
    const { caller } = this.#exchange;
    if (caller.upstream === this.#session) caller.upstream = undefined;
    if (this.#isRenewed) return this.fail('its session has ended');
    this.#isRenewed = true;
    this.#exchange.retried();
    this.#renew(this);
  }
}

/** What is told to an upstream in passing is not waited for. */
function ignore(): void {}
