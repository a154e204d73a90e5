import { decodeString } from './json-member.ts';
import { malformed, scanColon, scanString, scanValue, skipSpace } from './json-scanner.ts';
import type { Message } from './jsonrpc.ts';

/** `Message.metaStart` when readers of the parameters might see different `_meta`. */
export const ambiguousMeta = -2;

const meta = '_meta';

/** Validates the value of `params`, inside the message's object, and finds its member `_meta` on the way. */
export function scanParams(message: Message, start: number): number {
  const { bytes } = message;
  if (bytes[start] !== 0x7b) return scanValue(bytes, start, 1);
  let at = skipSpace(bytes, start + 1);
  if (bytes[at] === 0x7d) return at + 1;
  for (;;) {
    const key = at;
    const keyEnd = scanString(bytes, key);
    if (keyEnd < 0) return malformed;
    const value = scanColon(bytes, keyEnd);
    if (value < 0) return malformed;
    const end = scanValue(bytes, value, 2);
    if (end < 0) return end;
    if (mayBeMeta(bytes, key, keyEnd)) takeMeta(message, key, keyEnd, value, end);
    at = skipSpace(bytes, end);
    if (bytes[at] === 0x7d) return at + 1;
    if (bytes[at] !== 0x2c) return malformed;
    at = skipSpace(bytes, at + 1);
  }
}

/** As long as `_meta` and beginning like it, or written with escapes. */
function mayBeMeta(bytes: Buffer, key: number, keyEnd: number): boolean {
  if (keyEnd - key === meta.length + 2) return bytes[key + 1] === 0x5f;
  if (keyEnd - key < meta.length + 2) return false;
  for (let i = key + 1; i < keyEnd; i++) if (bytes[i] === 0x5c) return true;
  return false;
}

function takeMeta(message: Message, key: number, keyEnd: number, start: number, end: number): void {
  const name = decodeString(message.bytes, key, keyEnd);
  if (name.toLowerCase() !== meta) return;
  message.metaStart = name === meta && message.metaStart === -1 ? start : ambiguousMeta;
  message.metaEnd = end;
}
