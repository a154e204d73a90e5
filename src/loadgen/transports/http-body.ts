import { BodyFraming, ChunkedDecoder, type ResponseHead } from '../../wire/http1.ts';
import { Inbound } from '../../wire/inbound.ts';
import { type EventSink, SseDecoder } from '../../wire/sse.ts';

/** A body that is chunked, an event stream, or ends with the connection. */
export class IncrementalBody {
  readonly status: number;
  readonly eventStream: boolean;
  readonly keepAlive: boolean;
  readonly endsAtClose: boolean;
  done = false;
  readonly #chunked: ChunkedDecoder | undefined;
  readonly #events: SseDecoder | undefined;
  readonly #inbound = new Inbound();
  #left: number;

  constructor(head: ResponseHead, sink: EventSink) {
    this.status = head.status;
    // Events behind another status are no replies: the status is the outcome.
    this.eventStream = head.eventStream && head.status === 200;
    this.keepAlive = head.keepAlive;
    this.endsAtClose = head.framing === BodyFraming.untilClose;
    this.#left = head.framing === BodyFraming.length ? head.contentLength : Number.POSITIVE_INFINITY;
    this.#chunked = head.framing === BodyFraming.chunked ? new ChunkedDecoder() : undefined;
    this.#events = this.eventStream ? new SseDecoder(sink) : undefined;
  }

  get bytes(): Buffer {
    return this.#inbound.bytes;
  }

  get length(): number {
    return this.#inbound.length;
  }

  /** Bytes kept: of the body, or of an event that is not complete. */
  get kept(): number {
    return this.#events?.pending ?? this.#inbound.length;
  }

  /** Returns the position behind what was consumed, −1 on a framing error. */
  push(bytes: Buffer, start: number, end: number, at: number): number {
    if (this.#chunked) {
      const consumed = this.#chunked.push(bytes, start, end, (from, to) => this.#take(bytes, from, to, at));
      this.done = this.#chunked.done;
      return consumed;
    }
    const to = Math.min(end, start + this.#left);
    this.#left -= to - start;
    this.#take(bytes, start, to, at);
    this.done = this.#left === 0;
    return to;
  }

  #take(bytes: Buffer, from: number, to: number, at: number): void {
    if (this.#events) this.#events.push(bytes, from, to, at);
    else this.#inbound.append(bytes, from, to);
  }
}
