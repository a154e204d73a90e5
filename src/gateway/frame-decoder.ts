import { Inbound } from '../wire/inbound.ts';
import { frameHeaderBytes, frameMagic, frameVersion } from '../wire/mcpb-frame.ts';

export interface FrameSink {
  /** False: no further frame until `goOn`. `payload` may be kept. */
  frame(type: number, payload: Buffer): boolean;
  /** The bytes are no frame; nothing more is decoded. */
  malformed(text: string): void;
}

/**
 * Cuts a byte stream into `mcpb` frames (layout: wire/mcpb-frame.ts). Holds what has arrived of an incomplete frame in one
 * buffer that grows with it, never what its header announces.
 */
export class FrameDecoder {
  /** Longer payloads are malformed, bytes. */
  maxPayload: number;
  readonly #sink: FrameSink;
  /** The frame under way, from its first byte. */
  #partial: Inbound | undefined = undefined;
  /** Arrived while the sink wants no frame. */
  #waiting: Inbound | undefined = undefined;

  constructor(sink: FrameSink, maxPayload: number) {
    this.maxPayload = maxPayload;
    this.#sink = sink;
  }

  /** Part of a frame has arrived and the rest has not. */
  get incomplete(): boolean {
    return this.#partial !== undefined;
  }

  push(chunk: Buffer): void {
    if (this.#waiting !== undefined) return this.#waiting.append(chunk, 0, chunk.length);
    this.#frames(chunk, this.#partial === undefined ? 0 : this.#complete(this.#partial, chunk));
  }

  /** Decodes what arrived since the sink wanted no frame. */
  goOn(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined) this.push(waiting.bytes.subarray(0, waiting.length));
  }

  #frames(chunk: Buffer, from: number): void {
    let at = from;
    while (at < chunk.length) {
      const known = chunk.length - at >= frameHeaderBytes;
      const fault = known ? headerFault(chunk, at, this.maxPayload) : undefined;
      if (fault !== undefined) return this.#sink.malformed(fault);
      if (!known || at + frameLength(chunk, at) > chunk.length) return this.#hold(chunk, at);
      at = this.#frame(chunk, at) ? at + frameLength(chunk, at) : this.#wait(chunk, at + frameLength(chunk, at));
    }
  }

  /** Adds to the frame under way and returns where the next one starts. */
  #complete(partial: Inbound, chunk: Buffer): number {
    let at = partial.fill(frameHeaderBytes, chunk, 0);
    if (partial.length < frameHeaderBytes) return at;
    const fault = headerFault(partial.bytes, 0, this.maxPayload);
    if (fault !== undefined) {
      this.#sink.malformed(fault);
      return chunk.length;
    }
    at = partial.fill(frameLength(partial.bytes, 0), chunk, at);
    if (partial.length < frameLength(partial.bytes, 0)) return at;
    this.#partial = undefined;
    return this.#frame(partial.bytes, 0) ? at : this.#wait(chunk, at);
  }

  #frame(bytes: Buffer, at: number): boolean {
    const payload = bytes.subarray(at + frameHeaderBytes, at + frameLength(bytes, at));
    return this.#sink.frame(bytes.readUInt16BE(at + 6), payload);
  }

  #hold(chunk: Buffer, at: number): void {
    this.#partial = new Inbound();
    this.#partial.append(chunk, at, chunk.length);
  }

  #wait(chunk: Buffer, at: number): number {
    this.#waiting = new Inbound();
    this.#waiting.append(chunk, at, chunk.length);
    return chunk.length;
  }
}

/** Of the frame whose header is at `at`, header included. */
function frameLength(bytes: Buffer, at: number): number {
  return frameHeaderBytes + bytes.readUInt32BE(at + 8);
}

function headerFault(bytes: Buffer, at: number, maxPayload: number): string | undefined {
  if (bytes.readUInt32BE(at) !== frameMagic) return 'Malformed frame: bad magic';
  const version = bytes.readUInt16BE(at + 4);
  if (version !== frameVersion) return `Malformed frame: unsupported version ${version}`;
  const length = bytes.readUInt32BE(at + 8);
  return length > maxPayload ? `Malformed frame: payload of ${length} bytes is over ${maxPayload}` : undefined;
}
