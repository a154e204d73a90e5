import { idPlaceholder, type ScenarioPlan } from '../scenario/plan.ts';
import { latestLegacyVersion } from '../wire/mcp.ts';
import { isObject, parseObject } from './json.ts';
import type { RequestBody } from './request.ts';
import type { Loss, OpenFailure } from './transport.ts';

/** What we call ourselves. */
export const clientInfo = { name: 'mcpb', version: '1' };

export const initializeParams = { protocolVersion: latestLegacyVersion, capabilities: {}, clientInfo };

const body = JSON.stringify({
  jsonrpc: '2.0',
  id: Number(idPlaceholder),
  method: 'initialize',
  params: initializeParams,
});

/** The handshake every legacy session begins with. */
export const initializeRequest: RequestBody = { body, idOffset: body.indexOf(idPlaceholder) };

/** Whether legacy sessions begin with the handshake: implied, or asked for. */
export function initializes({ lifecycle, steps }: ScenarioPlan): boolean {
  return lifecycle === 'auto' || steps.some(({ type }) => type === 'initialize');
}

/** What the target answered; undefined when that is no InitializeResult. */
export function readInitializeResult(text: string) {
  const reply = parseObject(text);
  const result = reply?.result;
  if (!isObject(result) || typeof result.protocolVersion !== 'string') return undefined;
  const info = isObject(result.serverInfo) ? result.serverInfo : {};
  return { protocolVersion: result.protocolVersion, server: serverOf(info) };
}

export function serverOf({ name, version }: Record<string, unknown>): { name: string; version: string } {
  const word = (value: unknown) => (typeof value === 'string' ? value : 'unknown');
  return { name: word(name), version: word(version) };
}

export function duringInitialize(loss: Loss): OpenFailure {
  return loss === 'protocol'
    ? { reason: 'handshake', message: 'the answer to initialize is not a JSON-RPC reply' }
    : { reason: 'closed', message: 'the connection was lost during initialize' };
}

export function refusedInitialize(reply: string): OpenFailure {
  return { reason: 'handshake', message: `initialize was refused: ${reply.slice(0, 200)}` };
}

export function statusDuringInitialize(status: number): OpenFailure {
  return statusDuring('initialize', status);
}

export function statusDuring(doing: string, status: number): OpenFailure {
  return { reason: 'http-status', message: `${doing} was answered with HTTP ${status}`, status };
}
