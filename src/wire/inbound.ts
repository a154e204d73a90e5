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

  /** Forgets the first `count` bytes. */
  drop(count: number): void {
    if (count === 0) return;
    this.bytes.copyWithin(0, count, this.length);
    this.length -= count;
    if (this.length === 0 && this.bytes.length > keepCapacity) this.bytes = empty;
  }
}
