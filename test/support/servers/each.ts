import { startHttpServer } from './http.ts';
import { startTcpServer } from './tcp.ts';
import { startWebSocketServer } from './websocket.ts';

/** A server and its name, of transports that differ most. */
export const servers = [
  ['websocket', startWebSocketServer],
  ['tcp', startTcpServer],
  ['http', startHttpServer],
] as const;
