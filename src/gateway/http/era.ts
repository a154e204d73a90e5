import type { IncomingHttpHeaders } from 'node:http';
import type { Message } from '../../wire/jsonrpc.ts';
import { methodIndex, methodOf } from '../../wire/mcp.ts';
import { eraOf, modernVersion } from '../../wire/modern.ts';

/** What a posted message is part of. */
export type Place =
  /** Nothing: it says itself what it speaks. */
  | 'modern'
  /** The session it opens. */
  | 'opening'
  | 'session'
  /** Nothing, though it is of the legacy era. */
  | 'sessionless'
  /** Its header is of the modern era, itself it is not. */
  | 'unmarked'
  /** A session that it does not name. */
  | 'lost';

type Condition = (message: Message, headers: IncomingHttpHeaders, inSessions: boolean) => boolean;

/** The first condition that holds decides. */
const order: readonly (readonly [Condition, Place])[] = [
  [(message) => eraOf(message) === 'modern', 'modern'],
  [(message, _, inSessions) => inSessions && isInitialize(message), 'opening'],
  [(_, headers) => namesModern(headers), 'unmarked'],
  [(_, headers) => headers['mcp-session-id'] !== undefined, 'session'],
  [(_, __, inSessions) => !inSessions, 'sessionless'],
];

/** `inSessions`: posted to where legacy clients have sessions. */
export function placeOf(message: Message, headers: IncomingHttpHeaders, inSessions: boolean): Place {
  for (const [holds, place] of order) if (holds(message, headers, inSessions)) return place;
  return 'lost';
}

/** Header `MCP-Protocol-Version` names a revision of the modern era, known or not. */
export function namesModern({ 'mcp-protocol-version': version }: IncomingHttpHeaders): boolean {
  return typeof version === 'string' && /^\d{4}-\d\d-\d\d$/.test(version) && version >= modernVersion;
}

function isInitialize(message: Message): boolean {
  return message.kind === 'request' && methodOf(message) === methodIndex.initialize;
}
