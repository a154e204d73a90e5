/** HTTP/1.1 as a load generator needs it: request heads as bytes, response heads scanned in place. */

/** Value of `Host`: an IPv6 address stands in brackets. */
export function hostField({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** A request head up to and including the blank line. */
export function requestHead(
  method: string,
  path: string,
  host: string,
  headers: readonly (readonly [name: string, value: string])[],
): string {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\n${lines}\r\n`;
}

export const BodyFraming = { none: 0, length: 1, chunked: 2, untilClose: 3 } as const;
export type BodyFraming = (typeof BodyFraming)[keyof typeof BodyFraming];

/** Longest head, and longest line between the chunks of a body; what is longer is not HTTP. */
const maxHeadBytes = 64 * 1024;
const maxLineBytes = 8 * 1024;

/** `HTTP` */
const httpMagic = 0x48545450;
const carriageReturn = 0x0d;
const lineFeed = 0x0a;

const fieldName = {
  contentLength: Buffer.from('content-length:'),
  contentType: Buffer.from('content-type:'),
  connection: Buffer.from('connection:'),
  transferEncoding: Buffer.from('transfer-encoding:'),
  sessionId: Buffer.from('mcp-session-id:'),
  keepAlive: Buffer.from('keep-alive:'),
  location: Buffer.from('location:'),
};
const fieldValue = {
  eventStream: Buffer.from('text/event-stream'),
  close: Buffer.from('close'),
  chunked: Buffer.from('chunked'),
};

/** Longest head that is kept to know the next one by. */
const longestKept = 512;
/** Of heads that differ from the one kept every so manieth takes its place: where all differ, keeping costs little. */
const keptOf = 16;

/** A response head; one instance is read into again and again. */
export class ResponseHead {
  status = 0;
  framing: BodyFraming = BodyFraming.none;
  /** 0 where the response has no body, whatever its fields say. */
  contentLength = 0;
  /** There is a body, and it is an event stream. */
  eventStream = false;
  keepAlive = true;
  /** Where the value of `Mcp-Session-Id` stands; 0 when there is none. */
  sessionIdAt = 0;
  sessionIdEnd = 0;
  /** The same of `Keep-Alive` and `Location`. */
  keepAliveAt = 0;
  keepAliveEnd = 0;
  locationAt = 0;
  locationEnd = 0;
  readonly #kept = new Uint8Array(longestKept);
  #keptLength = 0;
  #unlike = keptOf - 1;

  /** Position behind the head, 0 while it is incomplete, −1 when it is not HTTP/1. */
  read(bytes: Buffer, start: number, end: number): number {
    if (this.#isKept(bytes, start, end)) return start + this.#keptLength;
    const behind = this.#parse(bytes, start, end);
    this.#keptLength = 0;
    if (++this.#unlike >= keptOf && behind > 0) this.#keep(bytes, start, behind);
    return behind;
  }

  /** Most servers send the same head again and again: then the fields hold what it says already. */
  #isKept(bytes: Buffer, start: number, end: number): boolean {
    const length = this.#keptLength;
    if (length === 0 || end - start < length) return false;
    const kept = this.#kept;
    for (let i = 0; i < length; i++) if (bytes[start + i] !== kept[i]) return false;
    return true;
  }

  /** Not where a field is told by its place. */
  #keep(bytes: Buffer, start: number, behind: number): void {
    const length = behind - start;
    if (length > longestKept || this.sessionIdAt + this.keepAliveAt + this.locationAt > 0) return;
    for (let i = 0; i < length; i++) this.#kept[i] = bytes[start + i];
    this.#keptLength = length;
    this.#unlike = 0;
  }

  #parse(bytes: Buffer, start: number, end: number): number {
    if (end - start >= 8 && !isHttp1(bytes, start)) return -1;
    const statusEnd = lineEnd(bytes, start, end);
    if (statusEnd < 0) return end - start > maxHeadBytes ? -1 : 0;
    this.status = statusAt(bytes, start + 9);
    if (this.status < 100) return -1;
    this.framing = BodyFraming.untilClose;
    this.contentLength = 0;
    this.eventStream = false;
    this.keepAlive = bytes[start + 7] !== 0x30;
    this.sessionIdAt = 0;
    this.keepAliveAt = 0;
    this.locationAt = 0;
    const behind = this.#fields(bytes, statusEnd + 2, end);
    if (behind === 0) return end - start > maxHeadBytes ? -1 : 0;
    if (behind < 0) return behind;
    if (this.status === 204 || this.status === 304 || this.status < 200) {
      this.framing = BodyFraming.none;
      this.contentLength = 0;
    }
    if (this.framing <= BodyFraming.length && this.contentLength === 0) this.eventStream = false;
    return behind;
  }

  /** Position behind the blank line, 0 while it is missing, −1 on a field that cannot be. */
  #fields(bytes: Buffer, from: number, end: number): number {
    let line = from;
    for (;;) {
      const next = lineEnd(bytes, line, end);
      if (next < 0) return 0;
      if (next === line) return next + 2;
      if (!this.#field(bytes, line, next)) return -1;
      line = next + 2;
    }
  }

  /** Looks only at the fields that somebody asks for, told apart by their first letter. */
  #field(bytes: Buffer, at: number, end: number): boolean {
    const first = bytes[at] | 0x20;
    if (first === 0x63) {
      if (same(bytes, at, fieldName.contentLength))
        return this.#length(bytes, at + fieldName.contentLength.length, end);
      if (same(bytes, at, fieldName.contentType))
        this.eventStream = has(bytes, at, fieldName.contentType, fieldValue.eventStream);
      else if (same(bytes, at, fieldName.connection))
        this.keepAlive = !has(bytes, at, fieldName.connection, fieldValue.close);
    } else if (first === 0x74 && same(bytes, at, fieldName.transferEncoding)) {
      if (!has(bytes, at, fieldName.transferEncoding, fieldValue.chunked)) return false;
      this.framing = BodyFraming.chunked;
    } else if (first === 0x6d && same(bytes, at, fieldName.sessionId)) {
      this.sessionIdAt = skipBlank(bytes, at + fieldName.sessionId.length);
      this.sessionIdEnd = end;
    } else if (first === 0x6b && same(bytes, at, fieldName.keepAlive)) {
      this.keepAliveAt = skipBlank(bytes, at + fieldName.keepAlive.length);
      this.keepAliveEnd = end;
    } else if (first === 0x6c && same(bytes, at, fieldName.location)) {
      this.locationAt = skipBlank(bytes, at + fieldName.location.length);
      this.locationEnd = end;
    }
    return true;
  }

  #length(bytes: Buffer, from: number, end: number): boolean {
    let at = skipBlank(bytes, from);
    let value = 0;
    if (at >= end) return false;
    for (; at < end && bytes[at] > 0x20; at++) {
      const digit = bytes[at] - 48;
      if (!(digit >= 0 && digit <= 9)) return false;
      value = value * 10 + digit;
    }
    // Two lengths that differ leave open where the next response begins.
    if (this.framing === BodyFraming.length && value !== this.contentLength) return false;
    this.contentLength = value;
    if (this.framing !== BodyFraming.chunked) this.framing = BodyFraming.length;
    return true;
  }
}

/** Undoes chunked transfer coding, piece by piece. */
export class ChunkedDecoder {
  done = false;
  #left = 0;
  #state: 'size' | 'data' | 'data-end' | 'trailer' = 'size';

  /**
   * Decodes what it can of bytes[start, end), giving each run of body bytes to `body`.
   * Returns the position behind what was consumed, −1 on a framing error.
   */
  push(bytes: Buffer, start: number, end: number, body: (from: number, to: number) => void): number {
    let at = start;
    while (!this.done) {
      if (this.#state === 'data') {
        const to = Math.min(end, at + this.#left);
        if (to > at) body(at, to);
        this.#left -= to - at;
        at = to;
        if (this.#left > 0) return at;
        this.#state = 'data-end';
      }
      const feed = bytes.indexOf(lineFeed, at);
      if (feed < 0 || feed >= end) return end - at > maxLineBytes ? -1 : at;
      if (!this.#line(bytes.toString('latin1', at, feed).trim())) return -1;
      at = feed + 1;
    }
    return at;
  }

  #line(line: string): boolean {
    if (this.#state === 'data-end') {
      this.#state = 'size';
      return line === '';
    }
    if (this.#state === 'trailer') {
      this.done = line === '';
      return true;
    }
    const size = line.split(';', 1)[0].trim();
    if (!/^[0-9a-f]{1,8}$/i.test(size)) return false;
    this.#left = Number.parseInt(size, 16);
    this.#state = this.#left === 0 ? 'trailer' : 'data';
    return true;
  }
}

function isHttp1(bytes: Buffer, at: number): boolean {
  return bytes.readUInt32BE(at) === httpMagic && bytes[at + 4] === 0x2f && bytes[at + 5] === 0x31;
}

/** Three digits, or −1. */
function statusAt(bytes: Buffer, at: number): number {
  let status = 0;
  for (let i = at; i < at + 3; i++) {
    const digit = bytes[i] - 48;
    if (!(digit >= 0 && digit <= 9)) return -1;
    status = status * 10 + digit;
  }
  return status;
}

/** Where the CRLF stands that ends the line; −1 while there is none. */
function lineEnd(bytes: Buffer, from: number, end: number): number {
  for (let at = from; at + 1 < end; at++) if (bytes[at] === carriageReturn && bytes[at + 1] === lineFeed) return at;
  return -1;
}

/** Whether the value of the field at `at` begins with `expected`. */
function has(bytes: Buffer, at: number, prefix: Buffer, expected: Buffer): boolean {
  return same(bytes, skipBlank(bytes, at + prefix.length), expected);
}

/**
 * Compares with lower-case text; the bit that makes a letter small is set in every other character of it anyway. The last
 * character, a name's colon, tells most apart at once.
 */
function same(bytes: Buffer, at: number, lowerCase: Buffer): boolean {
  const last = lowerCase.length - 1;
  if ((bytes[at + last] | 0x20) !== lowerCase[last]) return false;
  for (let i = 0; i < last; i++) if ((bytes[at + i] | 0x20) !== lowerCase[i]) return false;
  return true;
}

function skipBlank(bytes: Buffer, from: number): number {
  let at = from;
  while (bytes[at] === 0x20 || bytes[at] === 0x09) at++;
  return at;
}
