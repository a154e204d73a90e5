import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { type Message, readMessage } from '../wire/jsonrpc.ts';
import { methodIndex, methodOf } from '../wire/mcp.ts';
import { EventKind, type EventSink, SseDecoder } from '../wire/sse.ts';
import type { Caller, UpstreamSession } from './exchange.ts';
import { isEventStream, type UpstreamClient } from './upstream-client.ts';

/** Before a stream that ended is opened again, in ms: doubled after each that brought nothing. */
const firstPause = 1_000;
const longestPause = 30_000;

/**
 * The stream on which a server sends what belongs to no request of a session, opened with GET and again whenever it ends.
 * Servers that have none say so with 405 and are not asked again.
 */
export class UpstreamStream implements Dispatcher.DispatchHandler, EventSink {
  readonly session: UpstreamSession;
  readonly #client: UpstreamClient;
  readonly #caller: Caller;
  #controller: Dispatcher.DispatchController | undefined;
  #decoder = new SseDecoder(this);
  #pause = firstPause;
  #again: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(client: UpstreamClient, caller: Caller, session: UpstreamSession) {
    this.#client = client;
    this.#caller = caller;
    this.session = session;
    this.#open();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#again);
    this.#controller?.abort(new Error('session ended'));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#closed) controller.abort(new Error('session ended'));
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status === 200 && isEventStream(headers)) return;
    if (status === 405) this.#client.streamless = true;
    if (status < 500) this.close();
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#decoder.push(chunk, 0, chunk.length, 0);
    if (this.#decoder.pending > this.#client.options.maxReply) controller.abort(new Error('message too large'));
  }

  onResponseEnd(): void {
    this.#openLater();
  }

  onResponseError(): void {
    this.#openLater();
  }

  event(kind: EventKind, bytes: Buffer, start: number, end: number): void {
    if (this.#closed || kind !== EventKind.message) return;
    this.#pause = firstPause;
    this.#message(readMessage(Buffer.from(bytes.subarray(start, end))));
  }

  #message(message: Message): void {
    if (message.kind === 'request') void this.#client.answer(this.session, message, this.#caller);
    // What a server no longer wants to know it calls by an id that the client has not seen.
    else if (message.kind === 'notification' && methodOf(message) !== methodIndex['notifications/cancelled'])
      this.#caller.notify(message.bytes);
  }

  #open(): void {
    const { streams, path } = this.#client;
    this.#decoder = new SseDecoder(this);
    streams.dispatch({ method: 'GET', path, headers: this.#client.streamHeaders(this.session) }, this);
  }

  #openLater(): void {
    if (this.#closed) return;
    this.#again = setTimeout(() => this.#open(), this.#pause);
    this.#pause = Math.min(2 * this.#pause, longestPause);
  }
}
