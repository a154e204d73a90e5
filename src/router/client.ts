import { findMember } from '../wire/json-member.ts';
import type { Message } from '../wire/jsonrpc.ts';
import { isLegacyVersion, latestLegacyVersion } from '../wire/mcp.ts';

/** What a client said of itself when it initialized. */
export interface Client {
  /** The revision spoken with it. */
  readonly protocolVersion: string;
  /** JSON objects. */
  readonly capabilities: string;
  readonly info: string;
}

/** The capability a client declares when it answers requests of that method. */
const capabilityFor: ReadonlyMap<string, string> = new Map([
  ['sampling/createMessage', 'sampling'],
  ['elicitation/create', 'elicitation'],
  ['roots/list', 'roots'],
  ['tasks/get', 'tasks'],
  ['tasks/list', 'tasks'],
  ['tasks/result', 'tasks'],
  ['tasks/cancel', 'tasks'],
]);

/** The sender of `initialize`; undefined when it names no revision. */
export function clientOf({ params }: Message): Client | undefined {
  const wanted = findMember(params, 'protocolVersion');
  if (!Buffer.isBuffer(wanted) || wanted[0] !== 0x22) return undefined;
  const version: string = JSON.parse(wanted.toString());
  return {
    protocolVersion: isLegacyVersion(version) ? version : latestLegacyVersion,
    capabilities: objectIn(params, 'capabilities'),
    info: objectIn(params, 'clientInfo'),
  };
}

/** The client has said that it answers requests of that method. */
export function answers(client: Client | undefined, method: string): boolean {
  const capability = capabilityFor.get(method);
  if (client === undefined || capability === undefined) return false;
  return Buffer.isBuffer(findMember(Buffer.from(client.capabilities), capability));
}

function objectIn(params: Buffer | undefined, name: string): string {
  const value = findMember(params, name);
  return Buffer.isBuffer(value) && value[0] === 0x7b ? value.toString() : '{}';
}
