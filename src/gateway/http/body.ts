import { Inbound } from '../../wire/inbound.ts';

/** The body of a request as it comes in. One that comes in one piece is not copied, any other is one buffer. */
export class Body {
  #piece: Buffer | undefined = undefined;
  #pieces: Inbound | undefined = undefined;

  get length(): number {
    return this.#pieces?.length ?? this.#piece?.length ?? 0;
  }

  append(chunk: Buffer): void {
    if (this.#pieces !== undefined) return this.#pieces.append(chunk, 0, chunk.length);
    const first = this.#piece;
    this.#piece = first === undefined ? chunk : undefined;
    if (first === undefined) return;
    this.#pieces = new Inbound();
    this.#pieces.append(first, 0, first.length);
    this.#pieces.append(chunk, 0, chunk.length);
  }

  /** What has come, for good: the body is empty from then on. */
  take(): Buffer {
    const bytes = this.#pieces?.bytes.subarray(0, this.#pieces.length) ?? this.#piece ?? Buffer.alloc(0);
    this.#piece = undefined;
    this.#pieces = undefined;
    return bytes;
  }
}
