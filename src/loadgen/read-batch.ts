import { now } from './clock.ts';
import { Endings } from './endings.ts';
import type { StreamHandler } from './stream.ts';
import { Turn } from './turn.ts';

/** Whose bytes those are. */
export interface Reader {
  /** Undefined once nothing is to be told any more. */
  readonly handler: StreamHandler | undefined;
}

/** Reads that are taken up together. */
const most = 32;
const room = 16 * 1024;

/**
 * Takes up what one turn of the event loop reads from many streams together, once it has been read: from one reply to the
 * next the engine's code and data then stay in the processor's caches, which every system call empties in part. Each read
 * keeps the instant it was made. Where a turn brought a single read, the next is taken up as it comes.
 */
export class ReadBatch {
  readonly turn = new Turn(() => this.flush());
  readonly endings = new Endings(2 * most);
  readonly #bytes = Buffer.allocUnsafeSlow(room);
  readonly #readers: (Reader | null)[] = new Array(most).fill(null);
  readonly #ends = new Int32Array(most);
  readonly #instants = new Float64Array(most);
  #count = 0;
  #used = 0;
  /** The turn of the latest read, and its reads so far. */
  #turn = -1;
  #reads = 0;
  #single = true;

  /** `bytes` may be written over as soon as it returns. */
  take(reader: Reader, bytes: Buffer, length: number): void {
    const at = now();
    this.turn.begin();
    if (this.#turn !== this.turn.ended) this.#turnBegins();
    this.#reads++;
    if (!this.#single && length <= room - this.#used) return this.#keep(reader, bytes, length, at);
    this.takeAtOnce(reader, bytes, length, at);
  }

  /** Takes up what was read at `at` behind everything that was read before. */
  takeAtOnce(reader: Reader, bytes: Buffer, length: number, at: number): void {
    this.flush();
    this.endings.open();
    reader.handler?.data(bytes, 0, length, at);
    this.endings.close();
  }

  /** Takes up what was read so far: before anything else is, so that all happens in the order it came. */
  flush(): void {
    const count = this.#count;
    this.#count = 0;
    this.#used = 0;
    if (count === 0) return;
    this.endings.open();
    for (let index = 0, start = 0; index < count; index++) {
      const end = this.#ends[index];
      this.#readers[index]?.handler?.data(this.#bytes, start, end, this.#instants[index]);
      start = end;
    }
    this.endings.close();
  }

  #turnBegins(): void {
    this.#single = this.#reads <= 1;
    this.#turn = this.turn.ended;
    this.#reads = 0;
  }

  #keep(reader: Reader, bytes: Buffer, length: number, at: number): void {
    const index = this.#count++;
    copy(bytes, length, this.#bytes, this.#used);
    this.#used += length;
    this.#readers[index] = reader;
    this.#ends[index] = this.#used;
    this.#instants[index] = at;
    if (this.#count === most) this.flush();
  }
}

/** A call out of compiled code costs more than copying the bytes of a short reply. */
function copy(from: Buffer, length: number, to: Buffer, at: number): void {
  if (length > 256) from.copy(to, at, 0, length);
  else for (let i = 0; i < length; i++) to[at + i] = from[i];
}

/** This thread's. */
export const readBatch = new ReadBatch();
