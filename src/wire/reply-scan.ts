/** What one incoming JSON-RPC message is to a client that waits for replies with integer ids. */
export const MessageKind = { malformed: 0, result: 1, error: 2, notification: 3, request: 4 } as const;
export type MessageKind = (typeof MessageKind)[keyof typeof MessageKind];

const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;
const comma = 0x2c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

const head = Buffer.from('{"jsonrpc":"2.0","id":');
const resultKey = Buffer.from(',"result":');
const errorKey = Buffer.from(',"error":');
const isErrorKey = Buffer.from('"isError"');
const resultTypeKey = Buffer.from('"resultType"');
const complete = Buffer.from('"complete"');

/**
 * Finds id and kind of a message without parsing it. The common layout (`jsonrpc`, `id`, then `result` or `error`) is
 * recognised by comparing bytes; every other layout is walked key by key at the top level. Values are not validated.
 * One scanner serves a worker: the last answer stands in `id`.
 */
export class ReplyScanner {
  /** Integer id of the message; −1 where it has none, null or another kind of id. */
  id = -1;
  /** The message has an id that is no integer of at most 16 digits (a string, for example). */
  foreignId = false;

  scan(bytes: Buffer, start: number, end: number): MessageKind {
    this.id = -1;
    this.foreignId = false;
    const last = lastByte(bytes, start, end);
    if (last < 0 || bytes[last] !== closeBrace) return MessageKind.malformed;
    if (matches(bytes, start, head)) {
      const at = this.#readId(bytes, start + head.length);
      if (this.id >= 0 && matches(bytes, at, resultKey)) return MessageKind.result;
      if (this.id >= 0 && matches(bytes, at, errorKey)) return MessageKind.error;
    }
    return this.#walk(bytes, start, last + 1);
  }

  #readId(bytes: Buffer, from: number): number {
    let at = from;
    let value = 0;
    for (; at < from + 16; at++) {
      const digit = bytes[at] - 48;
      if (!(digit >= 0 && digit <= 9)) break;
      value = value * 10 + digit;
    }
    this.id = at > from ? value : -1;
    return at;
  }

  #walk(bytes: Buffer, start: number, end: number): MessageKind {
    this.id = -1;
    let at = skipSpace(bytes, start, end);
    if (bytes[at] !== openBrace) return MessageKind.malformed;
    let hasId = false;
    let hasMethod = false;
    let kind: MessageKind = MessageKind.malformed;
    at = skipSpace(bytes, at + 1, end);
    while (at < end && bytes[at] === quote) {
      const keyEnd = endOfString(bytes, at, end);
      const value = skipSpace(bytes, skipSpace(bytes, keyEnd, end) + 1, end);
      if (keyEnd < 0 || bytes[skipSpace(bytes, keyEnd, end)] !== colon) return MessageKind.malformed;
      if (isKey(bytes, at, keyEnd, 'id')) hasId = this.#takeId(bytes, value);
      else if (isKey(bytes, at, keyEnd, 'method')) hasMethod = true;
      else if (isKey(bytes, at, keyEnd, 'result')) kind = MessageKind.result;
      else if (isKey(bytes, at, keyEnd, 'error')) kind = MessageKind.error;
      at = skipSpace(bytes, endOfValue(bytes, value, end), end);
      if (bytes[at] === comma) at = skipSpace(bytes, at + 1, end);
    }
    if (at !== end - 1) return MessageKind.malformed;
    if (hasMethod) return hasId ? MessageKind.request : MessageKind.notification;
    return kind;
  }

  /** Returns whether the value is an id at all (null is not). A fraction, an exponent or a 17th digit is no id of ours. */
  #takeId(bytes: Buffer, at: number): boolean {
    const first = bytes[at];
    if (first === 0x6e) return false;
    const after = bytes[this.#readId(bytes, at)];
    const goesOn = after === 0x2e || after === 0x65 || after === 0x45 || (after >= 0x30 && after <= 0x39);
    if (goesOn) this.id = -1;
    this.foreignId = this.id < 0;
    return true;
  }
}

/** The result may be a failed tool call: the key `isError` occurs. Only a parse can tell for sure. */
export function mentionsIsError(bytes: Buffer, start: number, end: number): boolean {
  if (end - start > 2048) return bytes.subarray(start, end).includes(isErrorKey);
  for (let at = start; at <= end - isErrorKey.length; at++)
    if (bytes[at] === quote && matches(bytes, at, isErrorKey)) return true;
  return false;
}

/** The result may not be a final one: a `resultType` other than `complete` occurs. Only a parse can tell for sure. */
export function mentionsIncomplete(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; ; ) {
    const key = bytes.indexOf(resultTypeKey, at);
    if (key < 0 || key >= end) return false;
    at = skipSpace(bytes, skipSpace(bytes, key + resultTypeKey.length, end) + 1, end);
    if (!matches(bytes, at, complete)) return true;
  }
}

function matches(bytes: Buffer, at: number, expected: Buffer): boolean {
  for (let i = 0; i < expected.length; i++) if (bytes[at + i] !== expected[i]) return false;
  return true;
}

export function isKey(bytes: Buffer, at: number, end: number, key: string): boolean {
  if (end - at !== key.length + 2) return false;
  for (let i = 0; i < key.length; i++) if (bytes[at + 1 + i] !== key.charCodeAt(i)) return false;
  return true;
}

function lastByte(bytes: Buffer, start: number, end: number): number {
  for (let at = end - 1; at >= start; at--) if (bytes[at] > 0x20) return at;
  return -1;
}

export function skipSpace(bytes: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end && bytes[at] <= 0x20) at++;
  return at;
}

/** Position behind the closing quote of the string that opens at `at`, or −1. */
export function endOfString(bytes: Buffer, at: number, end: number): number {
  for (let i = at + 1; i < end; i++) {
    const byte = bytes[i];
    if (byte === backslash) i++;
    else if (byte === quote) return i + 1;
  }
  return -1;
}

/** Position behind the value that begins at `at`; `end` when it never closes. */
export function endOfValue(bytes: Buffer, at: number, end: number): number {
  let depth = 0;
  for (let i = at; i < end; i++) {
    const byte = bytes[i];
    if (byte === quote) {
      i = endOfString(bytes, i, end) - 1;
      if (i < 0) return end;
      if (depth === 0) return i + 1;
    } else if (byte === openBrace || byte === openBracket) depth++;
    else if (byte === closeBrace || byte === closeBracket) {
      if (depth === 0) return i;
      depth--;
      if (depth === 0) return i + 1;
    } else if (byte === comma && depth === 0) return i;
  }
  return end;
}
