import { findMember, textOf } from '../wire/json-member.ts';
import type { Message } from '../wire/jsonrpc.ts';
import { methodIndex, methodName, methodOf, otherMethod } from '../wire/mcp.ts';
import { frameVersion } from '../wire/mcpb-frame.ts';

/** Why a version offer cannot be met, or undefined. */
export function versionFault(payload: Buffer): string | undefined {
  const offer = parsed(payload);
  if (typeof offer !== 'object' || offer === null) return 'the offer is no JSON object';
  const { min_version: min, max_version: max } = offer as { min_version?: unknown; max_version?: unknown };
  if (typeof min !== 'number' || typeof max !== 'number') return 'min_version and max_version are missing';
  return min <= frameVersion && frameVersion <= max ? undefined : `this gateway speaks version ${frameVersion}`;
}

function parsed(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString());
  } catch {
    return undefined;
  }
}

/** Why the framing does not take a message, although it is JSON; or undefined. */
export function messageFault(message: Message): string | undefined {
  if (message.kind === 'invalid') {
    if (message.fault === 'id') return 'Invalid request ID: must be a string or an integer';
    return message.fault === 'method' ? 'Invalid method: must be a string' : undefined;
  }
  if (message.methodStart < 0 || isMethodName(message)) return undefined;
  return 'Invalid method: only letters, digits and ._/- are allowed';
}

/** The characters the framing allows in a method. */
function isMethodName(message: Message): boolean {
  if (methodOf(message) !== otherMethod) return true;
  const name = methodName(message);
  return /^[\w./-]{1,255}$/.test(name) && !name.includes('..');
}

interface HandshakeFault {
  readonly token?: undefined;
  readonly fault: string;
}

/** The token of the `initialize` that says who a client is, or why there is none to look at. */
export function handshakeToken(
  message: Message,
): { readonly token: string; readonly fault?: undefined } | HandshakeFault {
  if (message.kind !== 'request' || methodOf(message) !== methodIndex.initialize)
    return { fault: 'must initialize first' };
  if (message.bytes[message.paramsStart] !== 0x7b) return { fault: 'invalid initialize params' };
  const token = textOf(findMember(message.params, 'token'));
  if (token === undefined) return { fault: 'missing authentication token' };
  return isTokenFormat(token) ? { token } : { fault: 'invalid token format' };
}

function isTokenFormat(token: string): boolean {
  return token !== '' && Buffer.byteLength(token) <= 4096 && ![...'\0\r\n'].some((byte) => token.includes(byte));
}
