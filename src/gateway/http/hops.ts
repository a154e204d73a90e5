import { readMessage } from '../../wire/jsonrpc.ts';
import type { DataPlane } from '../data-plane.ts';
import type { FromWorker, Hop } from '../protocol.ts';
import type { EventStream, Outlet } from './event-stream.ts';
import type { Get } from './get.ts';
import type { HttpSession } from './session.ts';

type Receivers = number | 'others';

/** A stream of this worker whose client is connected to another one. */
interface Carried {
  readonly session: HttpSession;
  readonly stream: EventStream;
  readonly outlet: Outlet;
}

/**
 * What one worker has to tell another: a client's words that came to the wrong one, and the events of a stream whose client
 * is connected there. All of one turn of the event loop leaves in one message.
 */
export class Hops {
  readonly #plane: DataPlane;
  readonly #post: (message: FromWorker) => void;
  readonly #waiting = new Map<Receivers, Hop[]>();
  /** GETs of this worker's clients for streams of others, by number. */
  readonly #gets = new Map<number, { readonly get: Get; readonly worker: number }>();
  /** By worker and the number of its GET. */
  readonly #carried = new Map<string, Carried>();
  #count = 0;

  constructor(plane: DataPlane, post: (message: FromWorker) => void) {
    this.#plane = plane;
    this.#post = post;
  }

  /** Hands a client's words on. */
  tell(to: Receivers, session: string, message: Buffer): void {
    this.#send(to, { kind: 'tell', session, message });
  }

  /** Asks another worker for a stream, which comes over `get`. Returns the number for `detach`. */
  attach(to: number, session: string, get: Get, lastId: string | undefined): number {
    this.#gets.set(++this.#count, { get, worker: to });
    this.#send(to, { kind: 'attach', session, get: this.#count, lastId });
    return this.#count;
  }

  /** The client of a GET has left. */
  detach(to: number, get: number): void {
    if (this.#gets.delete(get)) this.#send(to, { kind: 'detach', get });
  }

  receive(from: number, hops: readonly Hop[]): void {
    for (const hop of hops) this.#take(from, hop);
  }

  /** A worker is no more. */
  lost(worker: number): void {
    for (const key of this.#carried.keys()) if (key.startsWith(`${worker}.`)) this.#drop(key);
    for (const one of this.#gets.values()) if (one.worker === worker) one.get.finish();
  }

  #take(from: number, hop: Hop): void {
    switch (hop.kind) {
      case 'tell':
        return this.#plane.store.known(hop.session)?.overhear(readMessage(bufferOf(hop.message)));
      case 'attach':
        return this.#attach(from, hop.session, hop.get, hop.lastId);
      case 'detach':
        return this.#drop(`${from}.${hop.get}`);
      case 'refuse':
        this.#gets.get(hop.get)?.get.refuseStream(hop.why);
        return void this.#gets.delete(hop.get);
      case 'event':
        return this.#gets.get(hop.get)?.get.event(bufferOf(hop.event), hop.final);
      case 'finish':
        return this.#gets.get(hop.get)?.get.finish();
    }
  }

  #attach(from: number, id: string, get: number, lastId: string | undefined): void {
    const session = this.#plane.store.known(id);
    const outlet: Outlet = {
      event: (event, final) => this.#send(from, { kind: 'event', get, event, final }),
      finish: () => this.#send(from, { kind: 'finish', get }),
    };
    const stream = session?.attach(outlet, lastId) ?? 'unknown_stream';
    if (typeof stream === 'string') this.#send(from, { kind: 'refuse', get, why: stream });
    else if (session !== undefined) this.#carried.set(`${from}.${get}`, { session, stream, outlet });
  }

  #drop(key: string): void {
    const carried = this.#carried.get(key);
    this.#carried.delete(key);
    carried?.session.detach(carried.stream, carried.outlet);
  }

  #send(to: Receivers, hop: Hop): void {
    this.#plane.counters.hopped();
    if (this.#waiting.size === 0) setImmediate(this.#flush);
    const waiting = this.#waiting.get(to);
    if (waiting === undefined) this.#waiting.set(to, [hop]);
    else waiting.push(hop);
  }

  readonly #flush = (): void => {
    for (const [to, hops] of this.#waiting) this.#post({ type: 'session-hops', to, hops });
    this.#waiting.clear();
  };
}

/** Buffers arrive as plain byte arrays. */
function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
