/**
 * A JSON validator (RFC 8259) that walks bytes and builds nothing. Every function takes the offset of a token's first
 * byte and returns the offset after it, or one of the two negative verdicts. Line breaks between tokens are replaced by
 * spaces in place, so that a validated message never splits where messages are separated by lines.
 */
export const malformed = -1;
export const tooDeep = -2;

/** Arrays and objects nested deeper than this are refused. */
export const maxDepth = 64;

const quote = 0x22;
const backslash = 0x5c;

/** Offset of the first byte at or after `at` that is no white space. */
export function skipSpace(bytes: Buffer, at: number): number {
  const end = bytes.length;
  while (at < end) {
    const byte = bytes[at];
    if (byte === 0x0a || byte === 0x0d) bytes[at] = 0x20;
    else if (byte !== 0x20 && byte !== 0x09) break;
    at++;
  }
  return at;
}

/** Any value; `depth` counts the arrays and objects around it. */
export function scanValue(bytes: Buffer, at: number, depth: number): number {
  if (at >= bytes.length) return malformed;
  switch (bytes[at]) {
    case quote:
      return scanString(bytes, at);
    case 0x7b:
      return scanObject(bytes, at, depth + 1);
    case 0x5b:
      return scanArray(bytes, at, depth + 1);
    case 0x74:
      return scanWord(bytes, at, 'true');
    case 0x66:
      return scanWord(bytes, at, 'false');
    case 0x6e:
      return scanWord(bytes, at, 'null');
    default:
      return scanNumber(bytes, at);
  }
}

export function scanString(bytes: Buffer, at: number): number {
  const end = bytes.length;
  if (at >= end || bytes[at] !== quote) return malformed;
  for (at++; at < end; at++) {
    const byte = bytes[at];
    if (byte === quote) return at + 1;
    if (byte < 0x20) return malformed;
    if (byte === backslash) {
      at = scanEscape(bytes, at + 1);
      if (at < 0) return malformed;
    }
  }
  return malformed;
}

/** After a member's key and the white space around its colon: the offset of its value. */
export function scanColon(bytes: Buffer, at: number): number {
  at = skipSpace(bytes, at);
  return at < bytes.length && bytes[at] === 0x3a ? skipSpace(bytes, at + 1) : malformed;
}

/** Offset of the escape's last byte. */
function scanEscape(bytes: Buffer, at: number): number {
  if (at >= bytes.length) return malformed;
  const byte = bytes[at];
  if (byte !== 0x75) return '"\\/bfnrt'.includes(String.fromCharCode(byte)) ? at : malformed;
  if (at + 4 >= bytes.length) return malformed;
  for (let digit = 1; digit <= 4; digit++) if (!isHexDigit(bytes[at + digit])) return malformed;
  return at + 4;
}

function scanObject(bytes: Buffer, at: number, depth: number): number {
  if (depth > maxDepth) return tooDeep;
  at = skipSpace(bytes, at + 1);
  if (bytes[at] === 0x7d) return at + 1;
  for (;;) {
    at = scanString(bytes, at);
    if (at < 0) return at;
    at = scanColon(bytes, at);
    if (at < 0) return at;
    at = scanValue(bytes, at, depth);
    if (at < 0) return at;
    at = skipSpace(bytes, at);
    if (at >= bytes.length) return malformed;
    if (bytes[at] === 0x7d) return at + 1;
    if (bytes[at] !== 0x2c) return malformed;
    at = skipSpace(bytes, at + 1);
  }
}

function scanArray(bytes: Buffer, at: number, depth: number): number {
  if (depth > maxDepth) return tooDeep;
  at = skipSpace(bytes, at + 1);
  if (bytes[at] === 0x5d) return at + 1;
  for (;;) {
    at = scanValue(bytes, at, depth);
    if (at < 0) return at;
    at = skipSpace(bytes, at);
    if (at >= bytes.length) return malformed;
    if (bytes[at] === 0x5d) return at + 1;
    if (bytes[at] !== 0x2c) return malformed;
    at = skipSpace(bytes, at + 1);
  }
}

function scanWord(bytes: Buffer, at: number, word: string): number {
  if (at + word.length > bytes.length) return malformed;
  for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word.charCodeAt(i)) return malformed;
  return at + word.length;
}

function scanNumber(bytes: Buffer, at: number): number {
  if (bytes[at] === 0x2d) at++;
  const whole = skipDigits(bytes, at);
  if (whole === at || (bytes[at] === 0x30 && whole > at + 1)) return malformed;
  at = whole;
  if (bytes[at] === 0x2e) {
    const fraction = skipDigits(bytes, at + 1);
    if (fraction === at + 1) return malformed;
    at = fraction;
  }
  if (bytes[at] === 0x65 || bytes[at] === 0x45) {
    const digits = bytes[at + 1] === 0x2b || bytes[at + 1] === 0x2d ? at + 2 : at + 1;
    const exponent = skipDigits(bytes, digits);
    if (exponent === digits) return malformed;
    at = exponent;
  }
  return at;
}

function skipDigits(bytes: Buffer, at: number): number {
  while (at < bytes.length && bytes[at] >= 0x30 && bytes[at] <= 0x39) at++;
  return at;
}

function isHexDigit(byte: number): boolean {
  const letter = byte | 0x20;
  return (byte >= 0x30 && byte <= 0x39) || (letter >= 0x61 && letter <= 0x66);
}
