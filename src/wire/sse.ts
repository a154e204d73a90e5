const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/**
 * Reads `text/event-stream`: gives the data of every complete event (RFC: WHATWG server-sent events). An event ends at
 * its blank line; several `data` lines are joined with line feeds; other fields and comments are passed over, and so is
 * an event whose data is empty (a server marks with one from where its stream can be resumed).
 */
export class SseDecoder {
  #pending = '';
  #data: string[] = [];

  push(bytes: Buffer, start: number, end: number, event: (data: string) => void): void {
    let at = start;
    while (at < end) {
      const lineEnd = bytes.indexOf(lineFeed, at);
      if (lineEnd < 0 || lineEnd >= end) {
        this.#pending += bytes.toString('latin1', at, end);
        return;
      }
      const stop = lineEnd > at && bytes[lineEnd - 1] === carriageReturn ? lineEnd - 1 : lineEnd;
      this.#line(this.#pending + bytes.toString('latin1', at, stop), event);
      this.#pending = '';
      at = lineEnd + 1;
    }
  }

  /** Lines are kept as latin1 so that a UTF-8 character cut by a chunk stays whole. */
  #line(latin1: string, event: (data: string) => void): void {
    const line = latin1.endsWith('\r') ? latin1.slice(0, -1) : latin1;
    if (line.startsWith('data:')) this.#data.push(line.slice(line[5] === ' ' ? 6 : 5));
    else if (line === 'data') this.#data.push('');
    if (line !== '' || this.#data.length === 0) return;
    const data = this.#data.join('\n');
    this.#data = [];
    if (data !== '') event(Buffer.from(data, 'latin1').toString());
  }
}
