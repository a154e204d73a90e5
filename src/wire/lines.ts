const lineFeed = 0x0a;
const newLines = /[\r\n]/g;

/** One message and the line feed that ends it. In JSON a raw line break can only stand between tokens, where a space means the same. */
export function encodeLine(json: string): Buffer {
  return Buffer.from(`${json.replace(newLines, ' ')}\n`);
}

/** Finds where lines end. Remembers how far a line without an end was searched, so that a long one costs its length once. */
export class LineReader {
  #searched = 0;

  /** Position of the line feed that ends the line at `from`; −1 while it has not come. */
  endOf(bytes: Buffer, from: number, end: number): number {
    const at = from + this.#searched < end ? bytes.indexOf(lineFeed, from + this.#searched) : -1;
    const found = at >= 0 && at < end;
    this.#searched = found ? 0 : end - from;
    return found ? at : -1;
  }
}

/** Nothing stands on the line, or only the CR of a CRLF. */
export function isBlankLine(bytes: Buffer, from: number, to: number): boolean {
  return to === from || (to === from + 1 && bytes[from] === 0x0d);
}
