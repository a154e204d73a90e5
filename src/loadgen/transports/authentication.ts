import { isObject, parseObject } from '../json.ts';
import type { OpenFailure } from '../transport.ts';

/** What a byte stream begins with where a token is given: an `initialize` that goes no further than the target's door. */
export function authenticationRequest(token: string): string {
  return JSON.stringify({ jsonrpc: '2.0', id: 'mcpb-authenticate', method: 'initialize', params: { token } });
}

/** Why the answer to it is a refusal; undefined when it is none. */
export function authenticationFailure(answer: string): OpenFailure | undefined {
  const reply = parseObject(answer);
  if (reply === undefined) return { reason: 'handshake', message: 'the answer to authentication is not a JSON object' };
  const { error } = reply;
  if (error === undefined) return undefined;
  const text = isObject(error) && 'message' in error ? String(error.message) : 'no reason given';
  return { reason: 'handshake', message: `refused: ${text}`, status: 401 };
}
