import { idPlaceholder } from '../scenario/plan.ts';
import type { Loss, OpenFailure, RequestBody } from './transport.ts';

const body = JSON.stringify({
  jsonrpc: '2.0',
  id: Number(idPlaceholder),
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'mcpb', version: '1' } },
});

/** The handshake every legacy session begins with. */
export const initializeRequest: RequestBody = { body, idOffset: body.indexOf(idPlaceholder) };

/** What the target answered; undefined when that is no InitializeResult. */
export function readInitializeResult(text: string) {
  const reply = JSON.parse(text) as {
    result?: { protocolVersion?: string; serverInfo?: { name?: string; version?: string } };
  };
  if (typeof reply.result?.protocolVersion !== 'string') return undefined;
  const { name = 'unknown', version = 'unknown' } = reply.result.serverInfo ?? {};
  return { protocolVersion: reply.result.protocolVersion, server: { name, version } };
}

export function duringInitialize(loss: Loss): OpenFailure {
  return loss === 'lost'
    ? { reason: 'closed', message: 'the connection was lost during initialize' }
    : { reason: 'handshake', message: 'the answer to initialize is not a JSON-RPC reply' };
}
