/**
 * Binary TCP framing `mcpb`: a 12-byte big-endian header, then the payload.
 *
 *     0  u32  magic "MCPB"
 *     4  u16  version (1)
 *     6  u16  type
 *     8  u32  payload length, at most 10 MiB
 */
export const frameHeaderBytes = 12;
export const frameMagic = 0x4d435042;
export const frameVersion = 1;
export const maxFramePayload = 10 * 1024 * 1024;

export const FrameType = {
  request: 1,
  response: 2,
  control: 3,
  healthCheck: 4,
  error: 5,
  versionNegotiation: 6,
  versionAck: 7,
} as const;

export type FrameType = (typeof FrameType)[keyof typeof FrameType];

/** Writes a header at `offset`. */
export function writeFrameHeader(into: Buffer, offset: number, type: FrameType, payloadLength: number): void {
  into.writeUInt32BE(frameMagic, offset);
  into.writeUInt16BE(frameVersion, offset + 4);
  into.writeUInt16BE(type, offset + 6);
  into.writeUInt32BE(payloadLength, offset + 8);
}

/** One frame, header and payload in one buffer. */
export function encodeFrame(type: FrameType, payload: Uint8Array | string): Buffer {
  const length = typeof payload === 'string' ? Buffer.byteLength(payload) : payload.length;
  const frame = Buffer.allocUnsafe(frameHeaderBytes + length);
  writeFrameHeader(frame, 0, type, length);
  if (typeof payload === 'string') frame.write(payload, frameHeaderBytes);
  else frame.set(payload, frameHeaderBytes);
  return frame;
}

/** What the first client frame offers; the server takes the highest version both sides know. */
export interface VersionOffer {
  readonly min_version: number;
  readonly max_version: number;
  readonly preferred_version: number;
  readonly supported_versions: readonly number[];
}

export const clientOffer: VersionOffer = {
  min_version: frameVersion,
  max_version: frameVersion,
  preferred_version: frameVersion,
  supported_versions: [frameVersion],
};
