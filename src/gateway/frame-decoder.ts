import { frameHeaderBytes, frameMagic, frameVersion, maxFramePayload } from '../wire/mcpb-frame.ts';

export interface FrameSink {
  /** False: read no further, the connection is closing. `payload` may be kept. */
  frame(type: number, payload: Buffer): boolean;
  /** The bytes are no frame; nothing more is decoded. */
  malformed(text: string): void;
}

/**
 * Cuts a byte stream into `mcpb` frames (layout: wire/mcpb-frame.ts). Holds what has arrived of an incomplete frame, never
 * what its header announces.
 */
export class FrameDecoder {
  readonly #sink: FrameSink;
  #chunks: Buffer[] = [];
  #held = 0;
  #needed = frameHeaderBytes;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  /** Part of a frame has arrived and the rest has not. */
  get incomplete(): boolean {
    return this.#held > 0;
  }

  push(chunk: Buffer): void {
    if (this.#held > 0) {
      this.#hold(chunk);
      if (this.#held < this.#needed) return;
      chunk = this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks, this.#held);
      this.#chunks = [];
      this.#held = 0;
    }
    this.#frames(chunk);
  }

  #frames(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length) {
      const available = bytes.length - at;
      this.#needed = frameHeaderBytes;
      if (available >= frameHeaderBytes) {
        const fault = headerFault(bytes, at);
        if (fault !== undefined) return this.#sink.malformed(fault);
        this.#needed += bytes.readUInt32BE(at + 8);
      }
      if (available < this.#needed) return this.#hold(bytes.subarray(at));
      const payload = bytes.subarray(at + frameHeaderBytes, at + this.#needed);
      at += this.#needed;
      if (!this.#sink.frame(bytes.readUInt16BE(at - this.#needed + 6), payload)) return;
    }
  }

  #hold(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#held += chunk.length;
  }
}

function headerFault(bytes: Buffer, at: number): string | undefined {
  if (bytes.readUInt32BE(at) !== frameMagic) return 'Malformed frame: bad magic';
  const version = bytes.readUInt16BE(at + 4);
  if (version !== frameVersion) return `Malformed frame: unsupported version ${version}`;
  const length = bytes.readUInt32BE(at + 8);
  return length > maxFramePayload
    ? `Malformed frame: payload of ${length} bytes is over ${maxFramePayload}`
    : undefined;
}
