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
/** A call out of compiled code costs more than copying so many bytes in it. */
const shortRead = 256;

/**
 * Takes up what one turn of the event loop reads from many streams together, once it has been read: from one reply to the
 * next the engine's code and data then stay in the processor's caches, which every system call empties in part. Each read
 * keeps the instant it was made. Where a turn brought a single read, the next is taken up as it comes.
 */
export class ReadBatch {
  readonly turn = new Turn(() => this.flush());
  readonly endings = new Endings(2 * most);
  /** Sockets read into it, all into the same: what is not taken up before the next read is copied aside. */
  readonly received = Buffer.allocUnsafeSlow(64 * 1024);
  readonly #receivedWords = new Uint32Array(this.received.buffer);
  readonly #kept = Buffer.allocUnsafeSlow(room);
  readonly #keptWords = new Uint32Array(this.#kept.buffer);
  readonly #readers: (Reader | null)[] = new Array(most).fill(null);
  readonly #starts = new Int32Array(most);
  readonly #ends = new Int32Array(most);
  readonly #instants = new Float64Array(most);
  #count = 0;
  #used = 0;
  /** The turn of the latest read, and its reads so far. */
  #turn = -1;
  #reads = 0;
  #single = true;

  /** So many bytes of `received` were read. */
  take(reader: Reader, length: number): void {
    const at = now();
    this.turn.begin();
    if (this.#turn !== this.turn.ended) this.#turnBegins();
    this.#reads++;
    if (!this.#single && length <= room - this.#used) return this.#keep(reader, length, at);
    this.takeAtOnce(reader, this.received, length, at);
  }

  /** Takes up what was read at `at` behind everything that was read before. */
  takeAtOnce(reader: Reader, bytes: Buffer, length: number, at: number): void {
    this.flush();
    this.endings.open();
    try {
      reader.handler?.data(bytes, 0, length, at);
    } finally {
      this.endings.close();
    }
  }

  /** Takes up what was read so far: before anything else is, so that all happens in the order it came. */
  flush(): void {
    const count = this.#count;
    this.#count = 0;
    this.#used = 0;
    if (count === 0) return;
    this.endings.open();
    try {
      this.#takeUpFrom(0, count);
    } finally {
      this.endings.close();
    }
  }

  #takeUpFrom(first: number, count: number): void {
    let next = first;
    try {
      while (next < count) {
        const index = next++;
        const reader = this.#readers[index];
        this.#readers[index] = null;
        reader?.handler?.data(this.#kept, this.#starts[index], this.#ends[index], this.#instants[index]);
      }
    } finally {
      // One of them threw: what others were sent is taken up all the same.
      if (next < count) this.#takeUpFrom(next, count);
    }
  }

  #turnBegins(): void {
    this.#single = this.#reads <= 1;
    this.#turn = this.turn.ended;
    this.#reads = 0;
  }

  #keep(reader: Reader, length: number, at: number): void {
    const index = this.#count++;
    const start = this.#used;
    const words = (length + 3) >> 2;
    if (length > shortRead) this.received.copy(this.#kept, start, 0, length);
    else for (let i = 0, to = start >> 2; i < words; i++) this.#keptWords[to + i] = this.#receivedWords[i];
    this.#used = start + 4 * words;
    this.#readers[index] = reader;
    this.#starts[index] = start;
    this.#ends[index] = start + length;
    this.#instants[index] = at;
    if (this.#count === most) this.flush();
  }
}

/** This thread's. */
export const readBatch = new ReadBatch();
