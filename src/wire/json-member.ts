import { malformed, scanColon, scanString, scanValue, skipSpace } from './json-scanner.ts';

/** The text of the JSON string between two offsets, quotes included. */
export function decodeString(bytes: Buffer, start: number, end: number): string {
  return String(JSON.parse(bytes.toString('utf8', start, end)));
}

/**
 * The bytes of one member of a validated JSON object; undefined when the value is no object or has no such member.
 * 'ambiguous' when the key appears twice or in another case: two readers might then see different values.
 */
export function findMember(object: Buffer | undefined, name: string): Buffer | undefined | 'ambiguous' {
  if (object?.[0] !== 0x7b) return undefined;
  let found: Buffer | undefined;
  let at = skipSpace(object, 1);
  while (object[at] === 0x22) {
    const keyEnd = scanString(object, at);
    const key = decodeString(object, at, keyEnd);
    const start = scanColon(object, keyEnd);
    const end = start < 0 ? malformed : scanValue(object, start, 1);
    if (end < 0) return undefined;
    if (key.toUpperCase().toLowerCase() === name.toLowerCase()) {
      if (key !== name || found !== undefined) return 'ambiguous';
      found = object.subarray(start, end);
    }
    at = skipSpace(object, end);
    if (object[at] === 0x2c) at = skipSpace(object, at + 1);
  }
  return found;
}

/** The text of a JSON string; undefined for anything else. */
export function textOf(value: Buffer | 'ambiguous' | undefined): string | undefined {
  return Buffer.isBuffer(value) && value[0] === 0x22 ? String(JSON.parse(value.toString())) : undefined;
}

/** The JSON of an object with more members, written as JSON without braces, in front of its own. */
export function withMembers(object: Buffer, members: string): Buffer {
  const inside = skipSpace(object, 1);
  const rest = object[inside] === 0x7d ? '' : ',';
  return Buffer.concat([Buffer.from(`{${members}${rest}`), object.subarray(inside)]);
}

/** `whole` with `other` where `part`, a piece of it, lies. */
export function replaced(whole: Buffer, part: Buffer, other: Buffer): Buffer {
  const start = part.byteOffset - whole.byteOffset;
  return Buffer.concat([whole.subarray(0, start), other, whole.subarray(start + part.length)]);
}
