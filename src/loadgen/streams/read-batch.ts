import { now } from '../clock.ts';
import type { StreamHandler } from '../stream.ts';

/** Whose bytes those were: told of them unless nothing is to be told any more. */
export interface Reader {
  readonly handler: StreamHandler | undefined;
}

const most = 32;
const longest = 1024;

/**
 * What one poll of the event loop returned, small reads of many sockets, taken up together when all has been read: code
 * and data of the engine stay in the processor's caches from one reply to the next. Each keeps the instant it was read.
 */
export class ReadBatch {
  readonly #readers: (Reader | null)[] = new Array(most).fill(null);
  readonly #bytes = Array.from({ length: most }, () => Buffer.allocUnsafeSlow(longest));
  readonly #lengths = new Int32Array(most);
  readonly #instants = new Float64Array(most);
  #count = 0;
  #scheduled = false;

  take(reader: Reader, bytes: Buffer, length: number): void {
    const at = now();
    if (length > longest) {
      this.flush();
      reader.handler?.data(bytes, length, at);
      return;
    }
    const index = this.#count++;
    this.#readers[index] = reader;
    this.#lengths[index] = length;
    this.#instants[index] = at;
    const kept = this.#bytes[index];
    if (length <= 256) for (let i = 0; i < length; i++) kept[i] = bytes[i];
    else bytes.copy(kept, 0, 0, length);
    if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(this.#turnEnds);
    }
    if (this.#count === most) this.flush();
  }

  flush(): void {
    const count = this.#count;
    this.#count = 0;
    for (let index = 0; index < count; index++)
      this.#readers[index]!.handler?.data(this.#bytes[index], this.#lengths[index], this.#instants[index]);
  }

  readonly #turnEnds = (): void => {
    this.#scheduled = false;
    this.flush();
  };
}
