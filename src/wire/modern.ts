import { isUtf8 } from 'node:buffer';
import { decodeString, findMember } from './json-member.ts';
import type { Message } from './jsonrpc.ts';
import { type Era, legacyVersions } from './mcp.ts';

/** The modern era (from 2026-07-28): no session; every request says in its `_meta` what it speaks. */

export const modernVersion = '2026-07-28';

/** Of both eras, newest first. */
export const supportedVersions: readonly string[] = [modernVersion, ...legacyVersions];

export const MetaKey = {
  protocolVersion: 'io.modelcontextprotocol/protocolVersion',
  clientInfo: 'io.modelcontextprotocol/clientInfo',
  clientCapabilities: 'io.modelcontextprotocol/clientCapabilities',
  /** Of the log messages a request is to give; none without it. */
  logLevel: 'io.modelcontextprotocol/logLevel',
  /** Of the stream a notification belongs to: the id of the request that opened it. */
  subscriptionId: 'io.modelcontextprotocol/subscriptionId',
  /** In results. */
  serverInfo: 'io.modelcontextprotocol/serverInfo',
} as const;

/**
 * The revision that a message of the modern era names in its `_meta`; undefined: it is of the legacy era. Costs nothing
 * where there is no `_meta`. Empty where the revision is no string.
 */
export function modernVersionOf(message: Message): string | undefined {
  const version = findMember(message.meta, MetaKey.protocolVersion);
  if (version === undefined) return undefined;
  return version !== 'ambiguous' && version[0] === 0x22 ? decodeString(version, 0, version.length) : '';
}

export function eraOf(message: Message): Era {
  return modernVersionOf(message) === undefined ? 'legacy' : 'modern';
}

/** The member of `params` that header `Mcp-Name` repeats, by method. */
export const namedBy: ReadonlyMap<string, 'name' | 'uri'> = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
]);

type Header = readonly [name: string, value: string];
type Json = Readonly<Record<string, unknown>>;

/** The headers that repeat what stands in the body of a request. `schema`: of the arguments, where a tool is called. */
export function modernHeaders(method: string, params: Json, schema?: Json): Header[] {
  const meta = params._meta as Json;
  const name = namedIn(method, params);
  return [
    ['MCP-Protocol-Version', String(meta[MetaKey.protocolVersion])],
    ['Mcp-Method', headerValue(method)],
    ...(typeof name === 'string' ? [['Mcp-Name', headerValue(name)] as const] : []),
    ...headerParameters(schema).flatMap(({ header, path }) =>
      parameterHeader(header, memberAt(params.arguments, path)),
    ),
  ];
}

/** What `Mcp-Name` repeats of the parameters of a request. */
export function namedIn(method: string, params: Json): unknown {
  return params[namedBy.get(method) ?? ''];
}

const encodedPrefix = '=?base64?';
const encodedSuffix = '?=';

/** A text as the value of a header: as it is where that is safe, else in base64 between markers. */
export function headerValue(text: string): string {
  const isPlain = /^[\x21-\x7e]([\t\x20-\x7e]*[\x21-\x7e])?$/.test(text);
  const looksEncoded = text.startsWith(encodedPrefix) && text.endsWith(encodedSuffix);
  if (isPlain && !looksEncoded) return text;
  return `${encodedPrefix}${Buffer.from(text).toString('base64')}${encodedSuffix}`;
}

/** The text that a header's value stands for, without white space around it; undefined when it is no valid base64. */
export function headerText(value: string): string | undefined {
  const trimmed = trimSpace(value);
  const length = trimmed.length - encodedPrefix.length - encodedSuffix.length;
  if (length < 0 || !trimmed.startsWith(encodedPrefix) || !trimmed.endsWith(encodedSuffix)) return trimmed;
  const encoded = trimmed.slice(encodedPrefix.length, -encodedSuffix.length);
  const bytes = Buffer.from(encoded, 'base64');
  return bytes.toString('base64') === encoded && isUtf8(bytes) ? bytes.toString() : undefined;
}

/** Without the white space that HTTP allows around a value; linear in its length. */
function trimSpace(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && isSpace(value.charCodeAt(start))) start++;
  while (end > start && isSpace(value.charCodeAt(end - 1))) end--;
  return value.slice(start, end);
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** An argument that its tool wants repeated in header `Mcp-Param-…`. */
export interface HeaderParameter {
  readonly header: string;
  readonly path: readonly string[];
}

/** The arguments a schema marks with `x-mcp-header`: only those reached by `properties` alone can be marked. */
export function headerParameters(schema: unknown, path: readonly string[] = []): HeaderParameter[] {
  if (!isObject(schema)) return [];
  const mark = schema['x-mcp-header'];
  const own = typeof mark === 'string' && path.length > 0 ? [{ header: `Mcp-Param-${mark}`, path }] : [];
  const properties = isObject(schema.properties) ? Object.entries(schema.properties) : [];
  return [...own, ...properties.flatMap(([key, inner]) => headerParameters(inner, [...path, key]))];
}

/** None where there is no value to repeat. */
function parameterHeader(header: string, value: unknown): Header[] {
  if (typeof value !== 'string' && typeof value !== 'boolean' && !Number.isSafeInteger(value)) return [];
  return [[header, headerValue(String(value))]];
}

export function memberAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce((inner, key) => (isObject(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined), value);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
