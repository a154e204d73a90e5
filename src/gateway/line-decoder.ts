import { Inbound } from '../wire/inbound.ts';
import { isBlankLine } from '../wire/lines.ts';

const lineFeed = 0x0a;

export interface LineSink {
  /** False: no further line until `goOn`. `line` comes without its line feed and may be kept. */
  line(line: Buffer): boolean;
  /** A line is longer than `maxLine`; nothing more is decoded. */
  tooLong(): void;
}

/**
 * Cuts a byte stream into lines and passes over blank ones. What has arrived of an incomplete line is held in one buffer that
 * grows with it.
 */
export class LineDecoder {
  /** Longest line in bytes. */
  maxLine: number;
  readonly #sink: LineSink;
  /** The line under way, from its first byte. */
  #partial: Inbound | undefined = undefined;
  /** Arrived while the sink wants no line. */
  #waiting: Inbound | undefined = undefined;

  constructor(sink: LineSink, maxLine: number) {
    this.#sink = sink;
    this.maxLine = maxLine;
  }

  /** Part of a line has arrived and its end has not. */
  get incomplete(): boolean {
    return this.#partial !== undefined;
  }

  push(chunk: Buffer): void {
    if (this.#waiting !== undefined) return this.#waiting.append(chunk, 0, chunk.length);
    let at = 0;
    while (at < chunk.length) {
      const end = chunk.indexOf(lineFeed, at);
      if (end < 0) return this.#hold(chunk, at);
      if (!this.#line(chunk, at, end)) return this.#wait(chunk, end + 1);
      at = end + 1;
    }
  }

  /** Decodes what arrived since the sink wanted no line. */
  goOn(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined) this.push(waiting.bytes.subarray(0, waiting.length));
  }

  /** A line ends at `end`; its beginning may have come before. False: no further line now. */
  #line(chunk: Buffer, at: number, end: number): boolean {
    const partial = this.#partial;
    this.#partial = undefined;
    partial?.append(chunk, at, end);
    const line = partial === undefined ? chunk.subarray(at, end) : partial.bytes.subarray(0, partial.length);
    if (line.length <= this.maxLine) return isBlankLine(line, 0, line.length) || this.#sink.line(line);
    this.#sink.tooLong();
    return false;
  }

  #hold(chunk: Buffer, at: number): void {
    this.#partial ??= new Inbound();
    this.#partial.append(chunk, at, chunk.length);
    if (this.#partial.length > this.maxLine) this.#sink.tooLong();
  }

  #wait(chunk: Buffer, at: number): void {
    this.#waiting = new Inbound();
    this.#waiting.append(chunk, at, chunk.length);
  }
}
