import { BodyFraming, ResponseHead } from '../../wire/http1.ts';
import { type Inbound, receive } from '../../wire/inbound.ts';
import type { ByteStream, OpenStream, StreamHandler } from '../stream.ts';
import type { Loss, OpenFailure } from '../transport.ts';
import { connectFailure } from './failure.ts';
import { IncrementalBody } from './http-body.ts';
import { noSlot } from './http-connection.ts';

const head = new ResponseHead();
const nobody = { event: () => undefined };

/** The client whose requests a connection carries. */
export interface PostOwner {
  postOpened(post: PostConnection, at: number): void;
  postFailed(failure: OpenFailure, at: number): void;
  /** The target has said what it thinks of the request, which is not its reply. `reusable`: the connection lives on. */
  acknowledged(post: PostConnection, slot: number, status: number, reusable: boolean, at: number): void;
  /** `loss` is undefined when the connection carried nothing. */
  postLost(post: PostConnection, slot: number, loss: Loss | undefined, at: number): void;
  transferred(sent: number, received: number): void;
}

/** A keep-alive connection that brings requests, one at a time: idle → carrying (head → body) → idle. */
export class PostConnection implements StreamHandler {
  readonly #owner: PostOwner;
  readonly #stream: ByteStream;
  #state: 'connecting' | 'idle' | 'head' | 'body' | 'closed' = 'connecting';
  #status = 0;
  #body: IncrementalBody | undefined;
  #inbound: Inbound | undefined;
  /** The exchange whose request is not acknowledged yet, while anybody waits for it. */
  slot = noSlot;
  /** Its id. */
  id = 0;

  constructor(openStream: OpenStream, localAddress: string | undefined, owner: PostOwner) {
    this.#owner = owner;
    this.#stream = openStream(this, localAddress);
  }

  /** Sends a request. False: its bytes must not be changed any more. */
  carry(slot: number, id: number, bytes: Buffer): boolean {
    this.slot = slot;
    this.id = id;
    this.#state = 'head';
    this.#owner.transferred(bytes.length, 0);
    return this.#stream.write(bytes);
  }

  close(): void {
    this.#state = 'closed';
    this.#stream.end();
  }

  destroy(reset = false): void {
    this.#state = 'closed';
    this.#stream.destroy(reset);
  }

  connected(at: number): void {
    this.#state = 'idle';
    this.#owner.postOpened(this, at);
  }

  drained(): void {}

  closed(error: NodeJS.ErrnoException | undefined, at: number): void {
    const state = this.#state;
    this.#state = 'closed';
    if (state === 'connecting') this.#owner.postFailed(connectFailure(error, state), at);
    else if (state === 'body' && this.#body?.endsAtClose) this.#acknowledged(false, at);
    else this.#owner.postLost(this, this.slot, state === 'idle' ? undefined : 'lost', at);
  }

  data(bytes: Buffer, start: number, end: number, at: number): void {
    this.#owner.transferred(0, end - start);
    this.#inbound = receive(this.#inbound, this, bytes, start, end, at);
  }

  consume(bytes: Buffer, start: number, end: number, at: number): number {
    let position = start;
    while (position < end && this.#state !== 'closed') {
      const before = position;
      if (this.#state === 'head') position = this.#head(bytes, position, end, at);
      else if (this.#state === 'body') position = this.#feed(this.#body!, bytes, position, end, at);
      else return this.#fail(end, at);
      if (position === before) break;
    }
    return position;
  }

  #head(bytes: Buffer, start: number, end: number, at: number): number {
    const behind = head.read(bytes, start, end);
    if (behind < 0) return this.#fail(end, at);
    if (behind === 0) return start;
    if (head.status < 200) return behind;
    this.#status = head.status;
    if (head.framing === BodyFraming.none || (head.framing === BodyFraming.length && head.contentLength === 0)) {
      this.#acknowledged(head.keepAlive, at);
      return behind;
    }
    this.#state = 'body';
    this.#body = new IncrementalBody(head, nobody);
    return behind;
  }

  #feed(body: IncrementalBody, bytes: Buffer, start: number, end: number, at: number): number {
    const consumed = body.push(bytes, start, end, at);
    if (consumed < 0) return this.#fail(end, at);
    if (body.done) this.#acknowledged(body.keepAlive, at);
    return consumed;
  }

  #acknowledged(reusable: boolean, at: number): void {
    const { slot } = this;
    this.slot = noSlot;
    this.#body = undefined;
    this.#state = reusable ? 'idle' : 'closed';
    if (!reusable) this.#stream.destroy();
    this.#owner.acknowledged(this, slot, this.#status, reusable, at);
  }

  #fail(position: number, at: number): number {
    this.destroy();
    this.#owner.postLost(this, this.slot, 'protocol', at);
    return position;
  }
}
