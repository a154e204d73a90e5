import { findMember } from './json-member.ts';
import { skipSpace as skipJsonSpace } from './json-scanner.ts';
import { type Fault, type Message, readMessage } from './jsonrpc.ts';
import { endOfString, endOfValue, isKey, skipSpace } from './reply-scan.ts';

/**
 * MCP Bridge's envelope around one JSON-RPC message:
 *
 *     {"id":…,"timestamp":"…","source":"…","auth_token":"…","mcp_payload":{…}}
 *
 * An error may carry the envelope's id where a result carries the message's, so both are the same in a request.
 */
export function encodeEnvelope(id: string, message: string, timestamp: string, token?: string): string {
  const credentials = token === undefined ? '' : `"auth_token":${JSON.stringify(token)},`;
  return `${envelopeHead(id, timestamp, 'mcpb')}${credentials}"mcp_payload":${message}}`;
}

function envelopeHead(id: string, timestamp: string, source: 'mcpb' | 'gateway'): string {
  return `{"id":${id},"timestamp":"${timestamp}","source":"${source}",`;
}

/** What stands before a gateway's message in an envelope; behind it stands `}`. */
export function gatewayEnvelope(id: string, timestamp: string): string {
  return `${envelopeHead(id, timestamp, 'gateway')}"mcp_payload":`;
}

const payloadKey = 'mcp_payload';

/** A message that a client has put in an envelope. */
export interface Enveloped {
  /** What the gateway is to handle; invalid where there is no message, then with the envelope's id unless it has its own. */
  readonly message: Message;
  /** As it stands there, in JSON. */
  readonly token: Buffer | 'ambiguous' | undefined;
}

/** Whether bytes that `readMessage` has read are an envelope. */
export function isEnvelope(outer: Message): boolean {
  return outer.others?.has(payloadKey) === true;
}

/** Takes the message out of an envelope. The envelope is strict: no key twice or in another case, and no `jsonrpc`. */
export function openEnvelope(outer: Message): Enveloped {
  const object = outer.bytes.subarray(skipJsonSpace(outer.bytes, 0));
  const token = findMember(object, 'auth_token');
  const payload = findMember(object, payloadKey);
  if (isBroken(outer)) return { message: outer, token };
  if (!Buffer.isBuffer(payload)) return { message: faulty(outer, 'duplicate'), token };
  if (findMember(object, 'jsonrpc') !== undefined) return { message: faulty(outer, 'shape'), token };
  const message = readMessage(payload);
  return { message: message.kind === 'invalid' && message.idStart < 0 ? faulty(outer, message.fault) : message, token };
}

/** Other faults than that it is no message, or an id that is none: an envelope may have any. */
function isBroken({ kind, fault }: Message): boolean {
  return kind === 'invalid' && fault !== 'id' && fault !== 'shape' && fault !== 'method';
}

function faulty(outer: Message, fault: Fault): Message {
  outer.kind = 'invalid';
  outer.fault = fault;
  return outer;
}

const quote = 0x22;
const comma = 0x2c;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** Finds the message in an envelope; one instance is read into again and again. */
export class EnvelopeReader {
  start = 0;
  end = 0;

  /** Sets the range of the message: the payload's, or all of it where there is no whole envelope. */
  read(bytes: Buffer, start: number, end: number): void {
    this.start = start;
    this.end = end;
    let found = -1;
    let foundEnd = -1;
    let at = skipSpace(bytes, start, end);
    if (bytes[at] !== openBrace) return;
    at = skipSpace(bytes, at + 1, end);
    while (at < end && bytes[at] === quote) {
      const keyEnd = endOfString(bytes, at, end);
      if (keyEnd < 0) return;
      const value = skipSpace(bytes, skipSpace(bytes, keyEnd, end) + 1, end);
      const behind = endOfValue(bytes, value, end);
      if (bytes[value] === openBrace && isKey(bytes, at, keyEnd, 'mcp_payload')) {
        found = value;
        foundEnd = behind;
      }
      at = skipSpace(bytes, behind, end);
      if (bytes[at] === comma) at = skipSpace(bytes, at + 1, end);
    }
    if (found < 0 || at >= end || bytes[at] !== closeBrace) return;
    this.start = found;
    this.end = foundEnd;
  }
}
