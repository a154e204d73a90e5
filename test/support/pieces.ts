import fc from 'fast-check';

/** Where to cut `length` bytes: any ascending positions. */
export function cutsOf(length: number): fc.Arbitrary<number[]> {
  return fc
    .uniqueArray(fc.integer({ min: 0, max: length }), { maxLength: 12 })
    .map((cuts) => cuts.sort((a, b) => a - b));
}

/** The bytes in the pieces the cuts make. */
export function piecesOf(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  return [...cuts, bytes.length].map((end, i) => bytes.subarray(i === 0 ? 0 : cuts[i - 1], end));
}

/** Every way to cut the bytes in two, then one byte at a time. */
export function everyCut(bytes: Buffer): number[][] {
  const positions = Array.from({ length: bytes.length + 1 }, (_, at) => at);
  return [...positions.map((at) => [at]), positions];
}

/** The bytes at `start` of a larger buffer that others have used: nothing outside [start, end) may matter. */
export function amid(bytes: Buffer, before: string, after: string): { buffer: Buffer; start: number; end: number } {
  const start = Buffer.byteLength(before);
  return {
    buffer: Buffer.concat([Buffer.from(before), bytes, Buffer.from(after)]),
    start,
    end: start + bytes.length,
  };
}
