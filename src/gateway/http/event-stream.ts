import { encodeEvent, primingEvent } from '../../wire/sse-writer.ts';
import type { Channel } from '../frontend.ts';
import type { EventLog } from './event-log.ts';

/** When a client that lost its stream should come back, ms. */
const retryMillis = 1_000;

/** What carries a stream to its client. */
export interface Outlet {
  /** `final`: no event follows. */
  event(event: Buffer, final: boolean): void;
  /** Another outlet has taken the stream, or it is closed. */
  finish(): void;
}

/**
 * One stream of events in a session. It goes on when its client loses the connection, which may come back on another for
 * what it has missed.
 */
export class EventStream implements Channel {
  readonly maxReply: number = Number.POSITIVE_INFINITY;
  readonly tailroom: number = 0;
  readonly id: string;
  /** Events in the log. */
  logged = 0;
  /** Its last event is written. */
  over = false;
  readonly #log: EventLog;
  #outlet: Outlet | undefined = undefined;
  #last = 0;

  constructor(log: EventLog, id: string) {
    this.#log = log;
    this.id = id;
  }

  /** A client is connected to it. */
  get attached(): boolean {
    return this.#outlet !== undefined;
  }

  /** Begins over `outlet`. `primed`: with an event that tells the client how to come back. */
  begin(outlet: Outlet, primed: boolean): void {
    this.#outlet = outlet;
    if (primed) outlet.event(primingEvent(`${this.id}-${this.#last}`, retryMillis), false);
  }

  /** Goes on over `outlet`, first with what came behind the event of that number. */
  goOn(outlet: Outlet, number: number): void {
    this.#outlet?.finish();
    this.#outlet = this.over ? undefined : outlet;
    for (const event of this.#log.after(this, number)) outlet.event(event, false);
    if (this.over) outlet.finish();
  }

  /** The client has lost that outlet. */
  detach(outlet: Outlet): void {
    if (this.#outlet === outlet) this.#outlet = undefined;
  }

  send(message: Buffer, _length: number, final: boolean): void {
    if (this.over) return;
    const number = ++this.#last;
    const event = encodeEvent(message, `${this.id}-${number}`);
    this.over = final;
    this.#log.add(this, number, event, message.length);
    this.#outlet?.event(event, final);
    if (final) this.#outlet = undefined;
  }

  /** Ends without another event. */
  close(): void {
    this.over = true;
    this.#outlet?.finish();
    this.#outlet = undefined;
    this.#log.ended(this);
  }

  headroom(): number {
    return 0;
  }

  refusal(): Buffer {
    throw new Error('replies are refused on the channel of their request');
  }

  abandon(): void {
    this.close();
  }

  pause(): void {}

  resume(): void {}
}
