import { Inbound } from './inbound.ts';

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const colon = 0x3a;
const space = 0x20;

const dataField = Buffer.from('data');
const eventField = Buffer.from('event');
const messageName = Buffer.from('message');
const endpointName = Buffer.from('endpoint');

/** What an event is to an MCP client: a message, the address requests of the deprecated transport go to, or nothing. */
export const EventKind = { message: 0, endpoint: 1, other: 2 } as const;
export type EventKind = (typeof EventKind)[keyof typeof EventKind];

export interface EventSink {
  /** The data of one event; the bytes are valid only during the call. */
  event(kind: EventKind, bytes: Buffer, start: number, end: number, at: number): void;
}

/**
 * Reads `text/event-stream` (WHATWG server-sent events) and gives every event at the line end that makes its blank line.
 * Lines end with LF, CR or CRLF; several `data` lines are joined with line feeds; other fields and comments are passed
 * over, and so is an event whose data is empty (a server marks with one from where its stream can be resumed). Data of
 * one line that came in one piece is given where it stands.
 */
export class SseDecoder {
  readonly #sink: EventSink;
  /** A line whose end has not come yet. */
  #line: Inbound | undefined;
  #kind: EventKind = EventKind.message;
  /** Data of this event so far: a range of the bytes it came in, and what is joined in front of it. */
  #joined: Inbound | undefined;
  #bytes: Buffer | undefined;
  #from = 0;
  #to = 0;
  #afterReturn = false;
  #atBeginning = true;

  constructor(sink: EventSink) {
    this.#sink = sink;
  }

  /** Bytes kept of an event that is not complete. */
  get pending(): number {
    return (this.#line?.length ?? 0) + (this.#joined?.length ?? 0) + this.#to - this.#from;
  }

  push(bytes: Buffer, start: number, end: number, at: number): void {
    let from = start;
    while (from < end) {
      const to = endOfLine(bytes, from, end);
      if (this.#afterReturn && to === from && bytes[to] === lineFeed) this.#afterReturn = false;
      else if (to === end) {
        this.#afterReturn = false;
        this.#line ??= new Inbound();
        this.#line.append(bytes, from, end);
      } else {
        this.#afterReturn = bytes[to] === carriageReturn;
        this.#endLine(bytes, from, to, at);
      }
      from = to + 1;
    }
    if (this.#bytes === bytes) this.#keep();
  }

  #endLine(bytes: Buffer, from: number, to: number, at: number): void {
    const line = this.#line;
    if (line === undefined) return this.#take(bytes, from, to, at);
    this.#line = undefined;
    line.append(bytes, from, to);
    this.#take(line.bytes, 0, line.length, at);
  }

  /** One whole line. */
  #take(bytes: Buffer, start: number, to: number, at: number): void {
    const from = this.#atBeginning && hasByteOrderMark(bytes, start, to) ? start + 3 : start;
    this.#atBeginning = false;
    if (from === to) this.#dispatch(at);
    else if (isField(bytes, from, to, dataField)) this.#addData(bytes, valueAt(bytes, from + dataField.length, to), to);
    else if (isField(bytes, from, to, eventField))
      this.#kind = kindOf(bytes, valueAt(bytes, from + eventField.length, to), to);
  }

  #addData(bytes: Buffer, from: number, to: number): void {
    if (this.#bytes !== undefined || this.#joined !== undefined) {
      this.#keep();
      this.#joined!.append(lineBreak, 0, 1);
    }
    this.#bytes = bytes;
    this.#from = from;
    this.#to = to;
  }

  /** Moves the last line of data behind those before it: its bytes are about to go. */
  #keep(): void {
    this.#joined ??= new Inbound();
    if (this.#bytes !== undefined) this.#joined.append(this.#bytes, this.#from, this.#to);
    this.#forgetRange();
  }

  #dispatch(at: number): void {
    const kind = this.#kind;
    const joined = this.#joined;
    const bytes = this.#bytes;
    const from = this.#from;
    const to = this.#to;
    this.#kind = EventKind.message;
    this.#joined = undefined;
    this.#forgetRange();
    if (joined === undefined) {
      if (bytes !== undefined && to > from) this.#sink.event(kind, bytes, from, to, at);
      return;
    }
    if (bytes !== undefined) joined.append(bytes, from, to);
    if (joined.length > 0) this.#sink.event(kind, joined.bytes, 0, joined.length, at);
  }

  #forgetRange(): void {
    this.#bytes = undefined;
    this.#from = 0;
    this.#to = 0;
  }
}

const lineBreak = Buffer.from([lineFeed]);

/** Where the line that begins at `from` ends: its LF or CR, `end` when that has not come. */
function endOfLine(bytes: Buffer, from: number, end: number): number {
  let at = from;
  for (; at < end; at++) {
    const byte = bytes[at];
    if (byte <= carriageReturn && (byte === lineFeed || byte === carriageReturn)) return at;
  }
  return at;
}

/** The line is this field, with or without a value. */
function isField(bytes: Buffer, from: number, to: number, name: Buffer): boolean {
  return startsWith(bytes, from, to, name) && (to - from === name.length || bytes[from + name.length] === colon);
}

/** Behind the colon and one space. */
function valueAt(bytes: Buffer, behindName: number, to: number): number {
  if (behindName === to) return to;
  return behindName + 1 < to && bytes[behindName + 1] === space ? behindName + 2 : behindName + 1;
}

/** An event without a name is a message. */
function kindOf(bytes: Buffer, from: number, to: number): EventKind {
  if (from === to || isExactly(bytes, from, to, messageName)) return EventKind.message;
  return isExactly(bytes, from, to, endpointName) ? EventKind.endpoint : EventKind.other;
}

function isExactly(bytes: Buffer, from: number, to: number, text: Buffer): boolean {
  return to - from === text.length && startsWith(bytes, from, to, text);
}

function startsWith(bytes: Buffer, from: number, to: number, text: Buffer): boolean {
  if (to - from < text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[from + i] !== text[i]) return false;
  return true;
}

function hasByteOrderMark(bytes: Buffer, from: number, to: number): boolean {
  return to - from >= 3 && bytes[from] === 0xef && bytes[from + 1] === 0xbb && bytes[from + 2] === 0xbf;
}
