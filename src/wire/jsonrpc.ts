import { isUtf8 } from 'node:buffer';
import { decodeString } from './json-member.ts';
import { scanColon, scanString, scanValue, skipSpace, tooDeep } from './json-scanner.ts';
import { ambiguousMeta, scanParams } from './params.ts';

export const RpcCode = {
  parse: -32700,
  invalidRequest: -32600,
  unknownMethod: -32601,
  badParams: -32602,
  internal: -32603,
} as const;

export type MessageKind = 'request' | 'notification' | 'response' | 'invalid';

/** Why bytes are no JSON-RPC message, with the code and the text the sender is told. */
export const faults = {
  encoding: { code: RpcCode.parse, text: 'Parse error: not UTF-8' },
  parse: { code: RpcCode.parse, text: 'Parse error: not one JSON value' },
  depth: { code: RpcCode.invalidRequest, text: 'Invalid request: nested too deep' },
  shape: { code: RpcCode.invalidRequest, text: 'Invalid request: not a JSON-RPC 2.0 message' },
  duplicate: { code: RpcCode.invalidRequest, text: 'Invalid request: a key appears twice or in another case' },
  id: { code: RpcCode.invalidRequest, text: 'Invalid request: id must be a string or an integer' },
  method: { code: RpcCode.invalidRequest, text: 'Invalid request: method must be a string' },
} as const satisfies Record<string, { code: number; text: string }>;

export type Fault = keyof typeof faults;

/**
 * One JSON-RPC message: the bytes it came in and where its parts lie in them, as offsets [start, end); a part that is
 * absent starts at −1. Strings include their quotes.
 */
export class Message {
  readonly bytes: Buffer;
  kind: MessageKind = 'invalid';
  /** Meaningful when `kind` is invalid. */
  fault: Fault = 'parse';
  idStart = -1;
  idEnd = -1;
  methodStart = -1;
  methodEnd = -1;
  paramsStart = -1;
  paramsEnd = -1;
  /** The member `_meta` of the parameters. */
  metaStart = -1;
  metaEnd = -1;
  resultStart = -1;
  resultEnd = -1;
  errorStart = -1;
  errorEnd = -1;
  /** Top-level keys that JSON-RPC does not know; those before the fault where the bytes are no JSON. */
  others: Set<string> | undefined = undefined;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  get params(): Buffer | undefined {
    return this.paramsStart < 0 ? undefined : this.bytes.subarray(this.paramsStart, this.paramsEnd);
  }

  get meta(): Buffer | undefined {
    return this.metaStart < 0 ? undefined : this.bytes.subarray(this.metaStart, this.metaEnd);
  }
}

/**
 * Validates `bytes` as one JSON-RPC message in one pass and finds its parts; never throws. Line breaks between tokens
 * become spaces in place. Top-level keys it does not know are ignored, unless one appears twice.
 */
export function readMessage(bytes: Buffer): Message {
  const message = new Message(bytes);
  const fault = isUtf8(bytes) ? readMembers(message) : 'encoding';
  if (fault === undefined) classify(message);
  else message.fault = fault;
  return message;
}

function readMembers(message: Message): Fault | undefined {
  const bytes = message.bytes;
  let at = skipSpace(bytes, 0);
  if (bytes[at] !== 0x7b) return notAnObject(bytes, at);
  at = skipSpace(bytes, at + 1);
  if (bytes[at] === 0x7d) return endOf(bytes, at + 1) ?? 'shape';
  let fault: Fault | undefined;
  let versions = 0;
  for (;;) {
    const key = at;
    const keyEnd = scanString(bytes, at);
    if (keyEnd < 0) return 'parse';
    const start = scanColon(bytes, keyEnd);
    if (start < 0) return 'parse';
    const member = memberAt(bytes, key + 1, keyEnd - 1);
    if (member === 'unknown' && !addOther(message, decodeString(bytes, key, keyEnd))) fault ??= 'duplicate';
    const end = member === 'params' ? scanParams(message, start) : scanValue(bytes, start, 1);
    if (end < 0) return end === tooDeep ? 'depth' : 'parse';
    switch (member) {
      case 'jsonrpc':
        if (versions++ > 0) fault ??= 'duplicate';
        if (!isVersion2(bytes, start, end)) fault ??= 'shape';
        break;
      case 'id':
        if (message.idStart >= 0) fault ??= 'duplicate';
        message.idStart = start;
        message.idEnd = end;
        break;
      case 'method':
        if (message.methodStart >= 0) fault ??= 'duplicate';
        message.methodStart = start;
        message.methodEnd = end;
        break;
      case 'params':
        if (message.paramsStart >= 0 || message.metaStart === ambiguousMeta) fault ??= 'duplicate';
        message.paramsStart = start;
        message.paramsEnd = end;
        break;
      case 'result':
        if (message.resultStart >= 0) fault ??= 'duplicate';
        message.resultStart = start;
        message.resultEnd = end;
        break;
      case 'error':
        if (message.errorStart >= 0) fault ??= 'duplicate';
        message.errorStart = start;
        message.errorEnd = end;
        break;
      case 'variant':
        fault ??= 'duplicate';
        break;
    }
    at = skipSpace(bytes, end);
    if (bytes[at] === 0x7d) break;
    if (bytes[at] !== 0x2c) return 'parse';
    at = skipSpace(bytes, at + 1);
  }
  return endOf(bytes, at + 1) ?? fault ?? (versions === 0 ? 'shape' : undefined);
}

/** False: it was there already. */
function addOther(message: Message, name: string): boolean {
  message.others ??= new Set();
  const before = message.others.size;
  return message.others.add(name).size > before;
}

/** Decides what kind a well-formed message is; an id that is no id is forgotten, so that no reply repeats it. */
function classify(message: Message): void {
  const { bytes, idStart, idEnd, methodStart } = message;
  if (idStart >= 0 && !isId(bytes, idStart, idEnd)) {
    message.idStart = -1;
    message.fault = 'id';
  } else if (methodStart >= 0) {
    if (bytes[methodStart] !== 0x22) message.fault = 'method';
    else if (message.resultStart >= 0 || message.errorStart >= 0) message.fault = 'shape';
    else message.kind = idStart >= 0 ? 'request' : 'notification';
  } else if (idStart >= 0 && message.resultStart >= 0 !== message.errorStart >= 0) message.kind = 'response';
  else message.fault = 'shape';
}

const members = ['id', 'error', 'method', 'params', 'result', 'jsonrpc'] as const;
type Member = (typeof members)[number] | 'variant' | 'unknown';

/** Which member the key between two offsets (without quotes) names; `variant`: one of them in another case. */
function memberAt(bytes: Buffer, start: number, end: number): Member {
  for (let i = start; i < end; i++) if (bytes[i] === 0x5c || bytes[i] >= 0x80) return decodedMember(bytes, start, end);
  for (const name of members) {
    if (name.length !== end - start) continue;
    let exact = true;
    let i = 0;
    for (; i < name.length; i++) {
      const wanted = name.charCodeAt(i);
      if (bytes[start + i] === wanted) continue;
      exact = false;
      if ((bytes[start + i] | 0x20) !== wanted) break;
    }
    if (i === name.length) return exact ? name : 'variant';
  }
  return 'unknown';
}

/** Keys with escapes or beyond ASCII: U+017F and U+212A fold to `s` and `k` in some decoders. */
function decodedMember(bytes: Buffer, start: number, end: number): Member {
  const key = decodeString(bytes, start - 1, end + 1);
  const folded = key.toUpperCase().toLowerCase();
  for (const name of members) if (folded === name) return key === name ? name : 'variant';
  return 'unknown';
}

function isVersion2(bytes: Buffer, start: number, end: number): boolean {
  return end - start === 5 && bytes[start + 1] === 0x32 && bytes[start + 2] === 0x2e && bytes[start + 3] === 0x30;
}

function isId(bytes: Buffer, start: number, end: number): boolean {
  if (bytes[start] === 0x22) return true;
  for (let i = bytes[start] === 0x2d ? start + 1 : start; i < end; i++)
    if (bytes[i] < 0x30 || bytes[i] > 0x39) return false;
  return true;
}

function notAnObject(bytes: Buffer, at: number): Fault {
  const end = scanValue(bytes, at, 0);
  if (end < 0) return end === tooDeep ? 'depth' : 'parse';
  return endOf(bytes, end) ?? 'shape';
}

function endOf(bytes: Buffer, at: number): Fault | undefined {
  return skipSpace(bytes, at) === bytes.length ? undefined : 'parse';
}

const head = Buffer.from('{"jsonrpc":"2.0","id":');
const replyMembers = { result: Buffer.from(',"result":'), error: Buffer.from(',"error":') };
const noId = Buffer.from('null');

/** Length in bytes of what `writeReply` writes. */
export function replyLength(request: Message, member: 'result' | 'error', value: Buffer): number {
  const id = request.idStart < 0 ? noId.length : request.idEnd - request.idStart;
  return head.length + id + replyMembers[member].length + value.length + 1;
}

/** Writes the reply to `request` at an offset: its id byte for byte, then `value`, which is JSON already. */
export function writeReply(
  into: Buffer,
  at: number,
  request: Message,
  member: 'result' | 'error',
  value: Buffer,
): void {
  at += head.copy(into, at);
  at += request.idStart < 0 ? noId.copy(into, at) : request.bytes.copy(into, at, request.idStart, request.idEnd);
  at += replyMembers[member].copy(into, at);
  at += value.copy(into, at);
  into[at] = 0x7d;
}

/** A request under another id, with other parameters if given; all else byte for byte. */
export function withId(request: Message, id: number, params = request.params): Buffer {
  const { bytes, methodStart, methodEnd } = request;
  const parts = [Buffer.from(`${head}${id},"method":`), bytes.subarray(methodStart, methodEnd)];
  if (params !== undefined) parts.push(Buffer.from(',"params":'), params);
  parts.push(Buffer.from('}'));
  return Buffer.concat(parts);
}

/** The reply to `request` without any framing. */
export function replyTo(request: Message, member: 'result' | 'error', value: Buffer): Buffer {
  const reply = Buffer.allocUnsafe(replyLength(request, member, value));
  writeReply(reply, 0, request, member, value);
  return reply;
}

/** The error in a reply to `request` as `writeReply` writes it; undefined: it has a result. */
export function errorOf(request: Message, reply: Buffer): Buffer | undefined {
  const id = request.idStart < 0 ? noId.length : request.idEnd - request.idStart;
  const start = head.length + id + replyMembers.error.length;
  const isError = replyMembers.error.compare(reply, head.length + id, start) === 0;
  return isError ? reply.subarray(start, -1) : undefined;
}

/** The id in the bytes of a reply as `writeReply` writes them. */
export function replyId(reply: Buffer): Buffer {
  return reply.subarray(head.length, scanValue(reply, head.length, 1));
}

/** The bytes of a JSON-RPC error object. */
export function errorObject(code: number, message: string, data?: Readonly<Record<string, unknown>>): Buffer {
  return Buffer.from(JSON.stringify({ code, message, data }));
}
