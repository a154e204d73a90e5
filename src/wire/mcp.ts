import { decodeString } from './json-member.ts';
import type { Message } from './jsonrpc.ts';

/** legacy: `initialize` and sessions (up to 2025-11-25); modern: stateless (from 2026-07-28). */
export type Era = 'legacy' | 'modern';
export const eras: readonly Era[] = ['legacy', 'modern'];

export type Transport = 'http' | 'websocket' | 'tcp' | 'stdio';
export const transports: readonly Transport[] = ['http', 'websocket', 'tcp', 'stdio'];

/** Protocol revisions of the legacy era, newest first. */
export const legacyVersions = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'] as const;
export const latestLegacyVersion: string = legacyVersions[0];

export function isLegacyVersion(version: string): boolean {
  return (legacyVersions as readonly string[]).includes(version);
}

/** Every method the gateway tells apart; all others count as the last one. */
export const methods = [
  'initialize',
  'ping',
  'tools/list',
  'tools/call',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'resources/subscribe',
  'resources/unsubscribe',
  'prompts/list',
  'prompts/get',
  'logging/setLevel',
  'completion/complete',
  'server/discover',
  'subscriptions/listen',
  'tasks/get',
  'tasks/list',
  'tasks/result',
  'tasks/update',
  'tasks/cancel',
  'notifications/initialized',
  'notifications/cancelled',
  'notifications/progress',
  'notifications/roots/list_changed',
  'other',
] as const;

export type Method = (typeof methods)[number];
/** Index into `methods`. */
export type MethodIndex = number;

export const otherMethod: MethodIndex = methods.length - 1;
export const methodIndex = Object.fromEntries(methods.map((name, index) => [name, index])) as Record<
  Method,
  MethodIndex
>;

/** Candidates by length: few methods share one. */
const byLength = new Map<number, { index: MethodIndex; bytes: Buffer }[]>();
for (const [index, name] of methods.slice(0, otherMethod).entries()) {
  const candidates = byLength.get(name.length) ?? [];
  byLength.set(name.length, [...candidates, { index, bytes: Buffer.from(name) }]);
}

/** The method of a request or notification, without building a string for those that are known. */
export function methodOf(message: Message): MethodIndex {
  const start = message.methodStart + 1;
  const end = message.methodEnd - 1;
  for (const { index, bytes } of byLength.get(end - start) ?? [])
    if (sameBytes(message.bytes, start, bytes)) return index;
  const escaped = message.bytes.indexOf(0x5c, start);
  if (escaped < 0 || escaped >= end) return otherMethod;
  const decoded = methods.indexOf(methodName(message) as Method);
  return decoded < 0 ? otherMethod : decoded;
}

export function methodName(message: Message): string {
  return decodeString(message.bytes, message.methodStart, message.methodEnd);
}

function sameBytes(bytes: Buffer, start: number, wanted: Buffer): boolean {
  for (let i = 0; i < wanted.length; i++) if (bytes[start + i] !== wanted[i]) return false;
  return true;
}

/** Codes of MCP that JSON-RPC does not have. */
export const McpCode = {
  sessionNotFound: -32001,
  resourceNotFound: -32002,
  headerMismatch: -32020,
  missingCapability: -32021,
  unsupportedVersion: -32022,
} as const;

/**
 * The gateway's own refusals. `code` is the JSON-RPC error code, `status` the HTTP status that carries it, `bridge` the code
 * clients of the binary framing know it by.
 */
export const refusals = {
  unauthorized: { code: 4010, bridge: -32002, status: 401, retryable: false },
  forbidden: { code: 4030, bridge: -32002, status: 403, retryable: false },
  tooLarge: { code: 4130, bridge: -32600, status: 413, retryable: false },
  rateLimited: { code: 4290, bridge: -32003, status: 429, retryable: true },
  overloaded: { code: 5030, bridge: -32004, status: 503, retryable: true },
  backend: { code: 5020, bridge: -32004, status: 200, retryable: true },
  timeout: { code: 5040, bridge: -32005, status: 200, retryable: true },
} as const satisfies Record<string, { code: number; bridge: number; status: number; retryable: boolean }>;

export type Refusal = keyof typeof refusals;
