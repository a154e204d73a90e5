import type { IncomingHttpHeaders } from 'node:http';
import { decodeString, findMember } from '../../wire/json-member.ts';
import { type Message, RpcCode } from '../../wire/jsonrpc.ts';
import { McpCode, methodName } from '../../wire/mcp.ts';
import { headerText, MetaKey, modernVersion, modernVersionOf, namedBy, supportedVersions } from '../../wire/modern.ts';
import type { Cause } from '../metrics/reasons.ts';

/** Why a message of the modern era is not served. */
export interface ModernFault {
  readonly cause: Cause;
  readonly code: number;
  readonly text: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/**
 * What is wrong with a message of the modern era over HTTP: its `_meta`, or a header that does not repeat what stands in
 * the body. Notifications need no headers, but those they have must be right.
 */
export function modernFault(message: Message, headers: IncomingHttpHeaders): ModernFault | undefined {
  const needed = message.kind === 'request';
  const version = modernVersionOf(message);
  return (
    metaFault(message) ??
    mismatch(headers, 'mcp-protocol-version', version, needed) ??
    versionFault(version) ??
    mismatch(headers, 'mcp-method', methodName(message), needed) ??
    nameFault(message, headers, needed)
  );
}

/** The message says what it is, but not in which revision. */
export const unmarked: ModernFault = {
  cause: 'bad_meta',
  code: RpcCode.badParams,
  text: `Invalid params: "_meta" must have "${MetaKey.protocolVersion}"`,
};

/** `supported`: what may be named instead. */
export function unsupported(version: unknown, supported = supportedVersions): ModernFault {
  const data = { supported, requested: version };
  return { cause: 'unsupported_version', code: McpCode.unsupportedVersion, text: 'Unsupported protocol version', data };
}

function metaFault(message: Message): ModernFault | undefined {
  if (modernVersionOf(message) === '') return unmarked;
  const capabilities = findMember(message.meta, MetaKey.clientCapabilities);
  if (message.kind !== 'request' || (Buffer.isBuffer(capabilities) && capabilities[0] === 0x7b)) return undefined;
  return {
    cause: 'bad_meta',
    code: RpcCode.badParams,
    text: `Invalid params: "_meta" must have an object "${MetaKey.clientCapabilities}"`,
  };
}

function versionFault(version: string | undefined): ModernFault | undefined {
  return version === modernVersion ? undefined : unsupported(version, [modernVersion]);
}

/** `Mcp-Name` against the parameter that it repeats, where that is a text. */
function nameFault(message: Message, headers: IncomingHttpHeaders, needed: boolean): ModernFault | undefined {
  const member = namedBy.get(methodName(message));
  const value = member === undefined ? undefined : findMember(message.params, member);
  if (!Buffer.isBuffer(value) || value[0] !== 0x22) return undefined;
  return mismatch(headers, 'mcp-name', decodeString(value, 0, value.length), needed);
}

/** `needed`: the header must be there. */
export function mismatch(
  headers: IncomingHttpHeaders,
  name: string,
  value: string | undefined,
  needed: boolean,
): ModernFault | undefined {
  const given = headers[name];
  if (given === undefined && !needed) return undefined;
  if (typeof given === 'string' && value !== undefined && headerText(given) === value) return undefined;
  const text = given === undefined ? `Header ${name} is missing` : `Header ${name} does not repeat what the body says`;
  return { cause: 'header_mismatch', code: McpCode.headerMismatch, text };
}
