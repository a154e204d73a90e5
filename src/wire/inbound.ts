const empty = Buffer.alloc(0);
const keepCapacity = 64 * 1024;

/**
 * Bytes received but not yet consumed. Holds nothing while messages arrive whole, which is the usual case; grows by
 * doubling, so that a message of n bytes costs O(n) whatever the chunks.
 */
export class Inbound {
  bytes: Buffer = empty;
  length = 0;

  append(chunk: Buffer, from: number, to: number): void {
    const needed = this.length + to - from;
    if (needed > this.bytes.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.bytes.length, 512));
      this.bytes.copy(grown, 0, 0, this.length);
      this.bytes = grown;
    }
    chunk.copy(this.bytes, this.length, from, to);
    this.length = needed;
  }

  /** Appends chunk[at…] until `length` bytes are there; returns what comes behind. */
  fill(length: number, chunk: Buffer, at: number): number {
    const end = Math.min(at + Math.max(length - this.length, 0), chunk.length);
    this.append(chunk, at, end);
    return end;
  }

  /** Forgets the first `count` bytes. */
  drop(count: number): void {
    if (count === 0) return;
    this.bytes.copyWithin(0, count, this.length);
    this.length -= count;
    if (this.length === 0 && this.bytes.length > keepCapacity) this.bytes = empty;
  }
}

/** Takes what is whole from bytes[start, end) and returns the position behind it. */
export interface Consumer {
  consume(bytes: Buffer, start: number, end: number, at: number): number;
}

/** Hands chunk[start, end), behind what was left of earlier ones, to a consumer; returns what is left now. */
export function receive(
  left: Inbound | undefined,
  consumer: Consumer,
  chunk: Buffer,
  start: number,
  end: number,
  at: number,
): Inbound | undefined {
  if (left !== undefined) {
    left.append(chunk, start, end);
    left.drop(consumer.consume(left.bytes, 0, left.length, at));
    return left.length === 0 ? undefined : left;
  }
  const consumed = consumer.consume(chunk, start, end, at);
  if (consumed === end) return undefined;
  const rest = new Inbound();
  rest.append(chunk, consumed, end);
  return rest;
}
