import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { formatBytes } from '../units.ts';
import { type Message, readMessage, withId } from '../wire/jsonrpc.ts';
import { EventKind, type EventSink, SseDecoder } from '../wire/sse.ts';
import type { Exchange, UpstreamSession, Work } from './exchange.ts';
import { answerToServer, encode, isEventStream, type UpstreamClient } from './upstream-client.ts';

/** One request on its way through an upstream: undici drives it, the exchange hears what comes back. */
export class UpstreamCall implements Work, Dispatcher.DispatchHandler, EventSink {
  readonly #client: UpstreamClient;
  readonly #exchange: Exchange;
  readonly #id: number;
  #session: UpstreamSession | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #sse: SseDecoder | undefined;
  #chunks: Buffer[] = [];
  #received = 0;
  #over = false;
  #waits = true;

  /** `id`: what the request is called upstream; client ids may repeat within a session that clients share. */
  constructor(client: UpstreamClient, exchange: Exchange, id: number) {
    this.#client = client;
    this.#exchange = exchange;
    this.#id = id;
    client.waiting++;
  }

  send(session: UpstreamSession): void {
    if (this.#over) return;
    this.#session = session;
    const body = withId(this.#exchange.request, this.#id);
    const headers = this.#client.headers(session);
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
    const { maxReply } = this.#client.options;
    if (this.#received > maxReply) return this.fail(`reply larger than ${formatBytes(maxReply)}`);
    if (this.#sse === undefined) this.#chunks.push(chunk);
    else this.#sse.push(chunk, 0, chunk.length, 0);
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
    if (message.kind === 'notification') this.#exchange.notify(bytes);
    else if (message.kind === 'request') this.#answer(message);
    else if (message.kind === 'response' && this.#isMine(message)) {
      this.#over = true;
      if (message.resultStart >= 0) this.#exchange.result(bytes.subarray(message.resultStart, message.resultEnd));
      else this.#exchange.error(bytes.subarray(message.errorStart, message.errorEnd));
    } else this.fail('reply is no JSON-RPC response to the request');
  }

  #isMine({ bytes, idStart, idEnd }: Message): boolean {
    return bytes.toString('latin1', idStart, idEnd) === String(this.#id);
  }

  #answer(request: Message): void {
    if (this.#session !== undefined) this.#client.tell(this.#session, answerToServer(request)).catch(ignore);
  }

  /** The next request of this client opens a new upstream session. */
  #sessionEnded(): void {
    if (this.#exchange.caller.upstream === this.#session) this.#exchange.caller.upstream = undefined;
    this.fail('its session has ended');
  }
}

/** What is told to an upstream in passing is not waited for. */
function ignore(): void {}
