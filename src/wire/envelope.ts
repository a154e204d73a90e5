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
  return `{"id":${id},"timestamp":"${timestamp}","source":"mcpb",${credentials}"mcp_payload":${message}}`;
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
