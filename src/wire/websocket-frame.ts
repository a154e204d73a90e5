import { isUtf8 } from 'node:buffer';
import { createHash, randomBytes } from 'node:crypto';

/** RFC 6455 framing: whole frames out, headers of frames in. */
export const Opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;
export type Opcode = (typeof Opcode)[keyof typeof Opcode];

const guid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** A fresh `Sec-WebSocket-Key` and the `Sec-WebSocket-Accept` that answers it. */
export function handshakeKey(): { key: string; accept: string } {
  const key = randomBytes(16).toString('base64');
  return { key, accept: createHash('sha1').update(`${key}${guid}`).digest('base64') };
}

/** One complete masked client frame; `payloadAt` and `mask` let fixed-width fields be patched afterwards. */
export function encodeMasked(opcode: Opcode, payload: Uint8Array): { frame: Buffer; payloadAt: number; mask: Buffer } {
  const extended = payload.length < 126 ? 0 : payload.length < 65_536 ? 2 : 8;
  const payloadAt = 2 + extended + 4;
  const frame = Buffer.allocUnsafeSlow(payloadAt + payload.length);
  frame[0] = 0x80 | opcode;
  frame[1] = 0x80 | (extended === 0 ? payload.length : extended === 2 ? 126 : 127);
  if (extended === 2) frame.writeUInt16BE(payload.length, 2);
  if (extended === 8) frame.writeBigUInt64BE(BigInt(payload.length), 2);
  const mask = randomBytes(4);
  mask.copy(frame, 2 + extended);
  for (let i = 0; i < payload.length; i++) frame[payloadAt + i] = payload[i] ^ mask[i & 3];
  return { frame, payloadAt, mask };
}

/** Bytes of an unmasked frame's header. */
export function headerLength(payloadLength: number): number {
  return payloadLength < 126 ? 2 : payloadLength < 65_536 ? 4 : 10;
}

/** Writes the header of a final, unmasked frame at the start of `frame`. */
export function writeHeader(frame: Buffer, opcode: Opcode, payloadLength: number): void {
  frame[0] = 0x80 | opcode;
  if (payloadLength < 126) frame[1] = payloadLength;
  else if (payloadLength < 65_536) {
    frame[1] = 126;
    frame.writeUInt16BE(payloadLength, 2);
  } else {
    frame[1] = 127;
    frame.writeUInt32BE(0, 2);
    frame.writeUInt32BE(payloadLength, 6);
  }
}

/** One complete unmasked control frame; its payload has at most 125 bytes. */
export function encodeControl(opcode: Opcode, payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(2 + payload.length);
  writeHeader(frame, opcode, payload.length);
  frame.set(payload, 2);
  return frame;
}

/** The payload of a close frame. */
export function closePayload(code: number, reason: string): Buffer {
  const payload = Buffer.allocUnsafe(2 + Buffer.byteLength(reason));
  payload.writeUInt16BE(code);
  payload.write(reason, 2);
  return payload;
}

/** Turns masked bytes[start, end) into what they mean; the key stands at `mask`. */
export function unmask(bytes: Buffer, start: number, end: number, mask: number): void {
  const a = bytes[mask];
  const b = bytes[mask + 1];
  const c = bytes[mask + 2];
  const d = bytes[mask + 3];
  let i = start;
  for (; i + 3 < end; i += 4) {
    bytes[i] ^= a;
    bytes[i + 1] ^= b;
    bytes[i + 2] ^= c;
    bytes[i + 3] ^= d;
  }
  if (i < end) bytes[i] ^= a;
  if (i + 1 < end) bytes[i + 1] ^= b;
  if (i + 2 < end) bytes[i + 2] ^= c;
}

/** Header of an incoming frame; one instance is read into again and again. */
export class FrameHeader {
  final = false;
  opcode = 0;
  masked = false;
  /** A reserved bit is set: an extension nobody negotiated. */
  reserved = false;
  headerBytes = 0;
  payloadBytes = 0;

  /** False while the header itself is incomplete. */
  read(bytes: Buffer, at: number, end: number): boolean {
    if (end - at < 2) return false;
    const first = bytes[at];
    const second = bytes[at + 1];
    const length = second & 0x7f;
    this.headerBytes = length < 126 ? 2 : length === 126 ? 4 : 10;
    if (end - at < this.headerBytes) return false;
    this.final = first >= 0x80;
    this.reserved = (first & 0x70) !== 0;
    this.opcode = first & 0x0f;
    this.masked = second >= 0x80;
    if (length < 126) this.payloadBytes = length;
    else if (length === 126) this.payloadBytes = (bytes[at + 2] << 8) | bytes[at + 3];
    else this.payloadBytes = bytes.readUInt32BE(at + 2) * 2 ** 32 + bytes.readUInt32BE(at + 6);
    return true;
  }
}

/** Nothing, or a code that may stand in a close frame and a reason in UTF-8. */
export function isClosePayload(bytes: Buffer, start: number, end: number): boolean {
  return closeFault(bytes.subarray(start, end)) === undefined;
}

/** The code a close frame that must not be sent is answered with, or undefined. */
export function closeFault(payload: Buffer): 1002 | 1007 | undefined {
  if (payload.length === 0) return undefined;
  if (payload.length === 1 || !isCloseCode(payload.readUInt16BE(0))) return 1002;
  return isUtf8(payload.subarray(2)) ? undefined : 1007;
}

function isCloseCode(code: number): boolean {
  const defined = code >= 1000 && code <= 1014 && code !== 1004 && code !== 1005 && code !== 1006;
  return defined || (code >= 3000 && code <= 4999);
}
