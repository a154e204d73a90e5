import { ResponseHead } from '../../wire/http1.ts';
import { type Inbound, receive } from '../../wire/inbound.ts';
import { EventKind, type EventSink } from '../../wire/sse.ts';
import type { ByteStream, OpenStream, StreamHandler } from '../stream.ts';
import type { Loss, OpenFailure } from '../transport.ts';
import { connectFailure, refusedWith } from './failure.ts';
import { IncrementalBody } from './http-body.ts';
import { maxMessageBytes } from './multiplexed.ts';

const head = new ResponseHead();

/** The client that listens. */
export interface StreamOwner {
  /** Where requests go. */
  endpoint(address: string, at: number): void;
  streamMessage(bytes: Buffer, start: number, end: number, at: number): void;
  /** It never became usable. */
  streamFailed(failure: OpenFailure, at: number): void;
  streamLost(loss: Loss, at: number): void;
  transferred(sent: number, received: number): void;
}

/** The GET on which everything comes from the target: connecting → head → greeting (until `endpoint`) → open → closed. */
export class EventStream implements StreamHandler, EventSink {
  readonly #owner: StreamOwner;
  readonly #stream: ByteStream;
  readonly #request: Buffer;
  /** When the connection stood. */
  connectedAt = 0;
  #state: 'connecting' | 'head' | 'greeting' | 'open' | 'closed' = 'connecting';
  #body: IncrementalBody | undefined;
  #inbound: Inbound | undefined;

  constructor(openStream: OpenStream, localAddress: string | undefined, request: Buffer, owner: StreamOwner) {
    this.#owner = owner;
    this.#request = request;
    this.#stream = openStream(this, localAddress);
  }

  end(): void {
    this.#state = 'closed';
    this.#stream.end();
  }

  destroy(reset = false): void {
    this.#state = 'closed';
    this.#stream.destroy(reset);
  }

  connected(at: number): void {
    this.connectedAt = at;
    this.#state = 'head';
    this.#owner.transferred(this.#request.length, 0);
    this.#stream.write(this.#request);
  }

  drained(): void {}

  closed(error: NodeJS.ErrnoException | undefined, at: number): void {
    const state = this.#state;
    if (state === 'open') return this.#end('lost', at);
    this.#refuse(connectFailure(error, state === 'connecting' ? state : 'the opening of the event stream'), at);
  }

  data(bytes: Buffer, start: number, end: number, at: number): void {
    this.#owner.transferred(0, end - start);
    this.#inbound = receive(this.#inbound, this, bytes, start, end, at);
  }

  consume(bytes: Buffer, start: number, end: number, at: number): number {
    let position = start;
    while (position < end && this.#state !== 'closed') {
      const before = position;
      if (this.#body === undefined) position = this.#head(bytes, position, end, at);
      else position = this.#feed(this.#body, bytes, position, end, at);
      if (position === before) break;
    }
    return position;
  }

  event(kind: EventKind, bytes: Buffer, start: number, end: number, at: number): void {
    if (kind === EventKind.message && this.#state === 'open') this.#owner.streamMessage(bytes, start, end, at);
    else if (kind === EventKind.endpoint && this.#state === 'greeting') {
      this.#state = 'open';
      this.#owner.endpoint(bytes.toString('utf8', start, end), at);
    }
  }

  #head(bytes: Buffer, start: number, end: number, at: number): number {
    const behind = head.read(bytes, start, end);
    if (behind === 0) return start;
    if (behind > 0 && head.status < 200) return behind;
    if (behind < 0) this.#refuse({ reason: 'handshake', message: 'the answer to the GET is not HTTP' }, at);
    else if (head.status !== 200) this.#refuse(refusedWith('the GET of the event stream', head, bytes), at);
    else if (!head.eventStream)
      this.#refuse({ reason: 'handshake', message: 'the answer to the GET is not an event stream' }, at);
    else {
      this.#state = 'greeting';
      this.#body = new IncrementalBody(head, this);
    }
    return behind < 0 ? end : behind;
  }

  #feed(body: IncrementalBody, bytes: Buffer, start: number, end: number, at: number): number {
    const consumed = body.push(bytes, start, end, at);
    if (this.#state === 'closed') return end;
    if (consumed < 0 || body.kept > maxMessageBytes) this.#end('protocol', at);
    else if (body.done) this.#end('lost', at);
    return consumed < 0 ? end : consumed;
  }

  #end(loss: Loss, at: number): void {
    const wasOpen = this.#state === 'open';
    this.destroy();
    if (wasOpen) this.#owner.streamLost(loss, at);
    else
      this.#owner.streamFailed(
        {
          reason: loss === 'protocol' ? 'handshake' : 'closed',
          message: 'the event stream ended before it named an endpoint',
        },
        at,
      );
  }

  #refuse(failure: OpenFailure, at: number): void {
    this.destroy();
    this.#owner.streamFailed(failure, at);
  }
}
