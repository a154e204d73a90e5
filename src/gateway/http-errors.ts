import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Transport } from '../wire/mcp.ts';
import type { DataPlane } from './data-plane.ts';
import type { Cause } from './metrics/reasons.ts';

/** What node:http finds wrong with what came in, by the code of its error; anything else it finds is bad syntax. */
const known = new Map<string, { readonly status: number; readonly cause: Cause }>([
  ['HPE_HEADER_OVERFLOW', { status: 431, cause: 'header_too_large' }],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', { status: 413, cause: 'header_too_large' }],
  ['ERR_HTTP_REQUEST_TIMEOUT', { status: 408, cause: 'http_timeout' }],
]);
const badSyntax = { status: 400, cause: 'bad_http' } as const;

/** Answers what is no HTTP request as node:http would, counts it, and closes. An error of the connection has no answer. */
export function refuseHttp(
  { counters, connections }: DataPlane,
  transport: Transport,
  error: Error & { code?: string },
  socket: Socket,
): void {
  const { code = '' } = error;
  const refusal = known.get(code) ?? (code.startsWith('HPE_') ? badSyntax : undefined);
  if (refusal === undefined || !socket.writable) return void socket.destroy();
  counters.failure(transport, refusal.cause);
  if (connections.isStreaming(socket)) return void socket.destroy();
  socket.end(`HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}\r\nConnection: close\r\n\r\n`);
  socket.destroySoon();
}
