export const zero = 0x30;
export const space = 0x20;

/**
 * Writes a whole number right-aligned into bytes[at, at + digits), with `pad` before it. From `maskedFrom` on the bytes
 * are XORed with the four before it; −1: with nothing.
 */
export function writeNumber(
  bytes: Buffer,
  at: number,
  digits: number,
  value: number,
  pad: number,
  maskedFrom: number,
): void {
  const last = at + digits - 1;
  let rest = value;
  for (let i = last; i >= at; i--) {
    const shorter = Math.floor(rest / 10);
    const character = rest > 0 || i === last ? zero + rest - shorter * 10 : pad;
    bytes[i] = maskedFrom < 0 ? character : character ^ bytes[maskedFrom - 4 + ((i - maskedFrom) & 3)];
    rest = shorter;
  }
}
