import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { errorObject, RpcCode } from '../wire/jsonrpc.ts';
import { refusals } from '../wire/mcp.ts';
import type { Denial } from './admission.ts';
import { refusalError } from './frontend.ts';

/** What answers a request that may not come in: a JSON-RPC message, and the HTTP status that carries it. */
export function denialReply({ reason, text }: Denial): { readonly status: number; readonly body: string } {
  if (reason === 'invalid') return { status: 400, body: withoutId(errorObject(RpcCode.invalidRequest, text)) };
  const { code, status } = refusals[reason];
  return { status, body: withoutId(refusalError(reason, code, text)) };
}

function withoutId(error: Buffer): string {
  return `{"jsonrpc":"2.0","id":null,"error":${error}}`;
}

/** Headers that go with a refusal's HTTP status. */
export function refusalHeaders(status: number): Record<string, string> {
  if (status === 401) return { 'www-authenticate': 'Bearer' };
  if (status === 503 || status === 429) return { 'retry-after': '1' };
  return {};
}

/** Answers an upgrade request that is not granted, and closes. */
export function rejectUpgrade(socket: Socket, status: number, body: string): void {
  const headers = {
    connection: 'close',
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...refusalHeaders(status),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
}
