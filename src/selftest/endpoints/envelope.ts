import { gatewayEnvelope } from '../../wire/envelope.ts';
import { type Listen, replyWithId } from '../endpoint.ts';
import { webSocketEndpoint } from './websocket.ts';

/** MCP Bridge's messages over WebSocket: the reply with its request's own id, in an envelope of the same. */
export const envelopeEndpoint: Listen = (taken) =>
  webSocketEndpoint(taken, {
    replyTo: (envelope) => envelopedReplyTo(envelope, new Date().toISOString()),
    address: (port) => ({ url: `ws://127.0.0.1:${port}/`, dialect: 'envelope' }),
  });

/** An error carries the id of the message where it has one, else that of the envelope. */
function envelopedReplyTo(envelope: string, timestamp: string): string {
  const { id: outer, mcp_payload: message } = JSON.parse(envelope);
  const own = message?.id ?? outer ?? null;
  const id = JSON.stringify(own);
  const reply = own === outer && message?.jsonrpc === '2.0' ? replyWithId(id) : refusal(id);
  return `${gatewayEnvelope(id, timestamp)}${reply}}`;
}

function refusal(id: string): string {
  return `{"jsonrpc":"2.0","id":${id},"error":{"code":-32600,"message":"envelope and message differ in their ids"}}`;
}
