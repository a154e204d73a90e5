import { Inbound } from '../wire/inbound.ts';
import { FrameHeader, Opcode, unmask } from '../wire/websocket-frame.ts';

export interface WebSocketSink {
  /** A whole message; `bytes` may be kept. */
  message(opcode: number, bytes: Buffer): void;
  control(opcode: number, payload: Buffer): void;
  /** Nothing more is decoded; `code` is that of the close frame. */
  malformed(code: number, text: string): void;
}

interface Fault {
  readonly code: number;
  readonly text: string;
}

const maxFragments = 1_024;
const maxControl = 125;
const keyBytes = 4;

const header = new FrameHeader();
const wrong = (text: string): Fault => ({ code: 1002, text });
const faults = {
  reserved: wrong('a reserved bit is set'),
  unmasked: wrong('frames of a client are masked'),
  opcode: wrong('an unknown opcode'),
  control: wrong('control frames are short and whole'),
  continuation: wrong('nothing to continue'),
  interrupted: wrong('a message within a message'),
  tooLong: { code: 1009, text: 'a message is too long' },
  fragments: { code: 1008, text: 'a message in too many pieces' },
};

/**
 * Takes the messages out of the frames of a client. Holds what has arrived of an incomplete frame or message in one buffer
 * each that grows with it, and nothing in between.
 */
export class WebSocketDecoder {
  readonly #sink: WebSocketSink;
  /** Longest message in bytes. */
  readonly #maxMessage: number;
  /** The frame under way, from its first byte. */
  #partial: Inbound | undefined = undefined;
  /** The message under way, of which some frames have come. */
  #message: Inbound | undefined = undefined;
  #opcode = 0;
  #fragments = 0;
  #broken = false;

  constructor(sink: WebSocketSink, maxMessage: number) {
    this.#sink = sink;
    this.#maxMessage = maxMessage;
  }

  /** Part of a frame or message has arrived and the rest has not. */
  get incomplete(): boolean {
    return this.#partial !== undefined || this.#message !== undefined;
  }

  push(chunk: Buffer): void {
    if (this.#broken) return;
    let at = this.#partial === undefined ? 0 : this.#complete(this.#partial, chunk);
    while (at < chunk.length && !this.#broken) {
      const known = header.read(chunk, at, chunk.length);
      if (known && !this.#fits()) return;
      const next = at + frameLength();
      if (!known || next > chunk.length) return this.#hold(chunk, at);
      this.#frame(chunk, at);
      at = next;
    }
  }

  /** Adds to the frame under way and returns where the next one starts. */
  #complete(partial: Inbound, chunk: Buffer): number {
    let at = 0;
    while (!header.read(partial.bytes, 0, partial.length)) {
      if (at === chunk.length) return at;
      at = partial.fill(partial.length < 2 ? 2 : header.headerBytes, chunk, at);
    }
    if (!this.#fits()) return chunk.length;
    at = partial.fill(frameLength(), chunk, at);
    if (partial.length < frameLength()) return at;
    this.#partial = undefined;
    this.#frame(partial.bytes, 0);
    return at;
  }

  #hold(chunk: Buffer, at: number): void {
    this.#partial = new Inbound();
    this.#partial.append(chunk, at, chunk.length);
  }

  /** Whether the frame whose header was read may come now. */
  #fits(): boolean {
    const fault = headerFault() ?? (header.opcode >= Opcode.close ? controlFault() : this.#dataFault());
    if (fault === undefined) return true;
    this.#broken = true;
    this.#sink.malformed(fault.code, fault.text);
    return false;
  }

  #dataFault(): Fault | undefined {
    const message = this.#message;
    if (header.opcode > Opcode.binary) return faults.opcode;
    if (header.opcode === Opcode.continuation && message === undefined) return faults.continuation;
    if (header.opcode !== Opcode.continuation && message !== undefined) return faults.interrupted;
    if ((message?.length ?? 0) + header.payloadBytes > this.#maxMessage) return faults.tooLong;
    return message !== undefined && this.#fragments === maxFragments ? faults.fragments : undefined;
  }

  /** The whole frame whose header was read, at `at`. */
  #frame(bytes: Buffer, at: number): void {
    const { opcode, final } = header;
    const start = at + header.headerBytes + keyBytes;
    const end = start + header.payloadBytes;
    unmask(bytes, start, end, start - keyBytes);
    if (opcode >= Opcode.close) this.#sink.control(opcode, bytes.subarray(start, end));
    else if (final && opcode !== Opcode.continuation) this.#sink.message(opcode, bytes.subarray(start, end));
    else this.#fragment(bytes, start, end, opcode, final);
  }

  #fragment(bytes: Buffer, start: number, end: number, opcode: number, final: boolean): void {
    if (this.#message === undefined) {
      this.#message = new Inbound();
      this.#opcode = opcode;
      this.#fragments = 0;
    }
    const message = this.#message;
    message.append(bytes, start, end);
    this.#fragments++;
    if (!final) return;
    this.#message = undefined;
    this.#sink.message(this.#opcode, message.bytes.subarray(0, message.length));
  }
}

function headerFault(): Fault | undefined {
  if (header.reserved) return faults.reserved;
  return header.masked ? undefined : faults.unmasked;
}

function controlFault(): Fault | undefined {
  if (header.opcode > Opcode.pong) return faults.opcode;
  return header.final && header.payloadBytes <= maxControl ? undefined : faults.control;
}

/** Of the frame whose header was read. */
function frameLength(): number {
  return header.headerBytes + keyBytes + header.payloadBytes;
}
