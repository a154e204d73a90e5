import { encodeEnvelope } from '../../wire/envelope.ts';
import { idOf, type Listen, replyTo } from '../endpoint.ts';
import { webSocketEndpoint } from './websocket.ts';

/** MCP Bridge's messages over WebSocket: request and reply each in an envelope of the same id. */
export const envelopeEndpoint: Listen = (taken) =>
  webSocketEndpoint(taken, {
    replyTo: (request) => encodeEnvelope(idOf(request), replyTo(request), new Date().toISOString()),
    address: (port) => ({ url: `ws://127.0.0.1:${port}/`, dialect: 'envelope' }),
  });
