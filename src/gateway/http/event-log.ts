import { transports } from '../../wire/mcp.ts';
import type { DataPlane } from '../data-plane.ts';
import { EventStream } from './event-stream.ts';

const transportIndex = transports.indexOf('http');
const maxEvents = 256;
const maxBytes = 1024 * 1024;

/** A stream, which names its worker, and a number. */
const eventIds = /^((\d{1,9})\.\d{1,15})-(\d{1,15})$/;

/** The worker that has the stream of an event; undefined where the id is none. */
export function workerIn(eventId: string): number | undefined {
  const [, , worker] = eventIds.exec(eventId) ?? [];
  return worker === undefined ? undefined : Number(worker);
}

interface Entry {
  readonly stream: EventStream;
  readonly number: number;
  readonly event: Buffer;
}

/**
 * The last events of all streams of one session, for clients that come back. A stream is known as long as it is open or
 * one of its events is here.
 */
export class EventLog {
  readonly #plane: DataPlane;
  readonly #streams = new Map<string, EventStream>();
  /** Oldest first. */
  readonly #entries: Entry[] = [];
  #bytes = 0;
  #opened = 0;

  constructor(plane: DataPlane) {
    this.#plane = plane;
  }

  /** Other workers may have streams of the same session: the worker's index is part of the id. */
  open(): EventStream {
    const stream = new EventStream(this, `${this.#plane.index}.${++this.#opened}`);
    this.#streams.set(stream.id, stream);
    return stream;
  }

  /** The stream that an event's id names, and the event's number in it. */
  find(eventId: string): { readonly stream: EventStream; readonly number: number } | undefined {
    const [, id = '', , number] = eventIds.exec(eventId) ?? [];
    const stream = this.#streams.get(id);
    return stream && { stream, number: Number(number) };
  }

  /** `length`: of the message in the event. */
  add(stream: EventStream, number: number, event: Buffer, length: number): void {
    this.#plane.counters.sent(transportIndex, stream.over ? 'response' : 'notification', length);
    this.#entries.push({ stream, number, event });
    this.#bytes += event.length;
    stream.logged++;
    while (this.#entries.length > maxEvents || this.#bytes > maxBytes) this.#drop();
  }

  /** What came on a stream behind one of its events, as far as it is still here. */
  after(stream: EventStream, number: number): Buffer[] {
    return this.#entries.filter((entry) => entry.stream === stream && entry.number > number).map(({ event }) => event);
  }

  /** A stream has had its last event. */
  ended(stream: EventStream): void {
    if (stream.logged === 0) this.#streams.delete(stream.id);
  }

  /** The session has ended, and all streams with it. */
  close(): void {
    for (const stream of this.#streams.values()) stream.close();
    this.#streams.clear();
    this.#entries.length = 0;
  }

  #drop(): void {
    const entry = this.#entries.shift();
    if (entry === undefined) return;
    this.#bytes -= entry.event.length;
    entry.stream.logged--;
    if (entry.stream.over) this.ended(entry.stream);
  }
}
