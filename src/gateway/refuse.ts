import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { type Refusal, refusals } from '../wire/mcp.ts';
import { refusalError } from './frontend.ts';

/** A refusal that answers no request in particular, as a whole JSON-RPC message. */
export function refusalMessage(refusal: Refusal, text: string): string {
  return `{"jsonrpc":"2.0","id":null,"error":${refusalError(refusal, refusals[refusal].code, text)}}`;
}

/** Headers that go with a refusal's HTTP status. */
export function refusalHeaders(status: number): Record<string, string> {
  if (status === 401) return { 'www-authenticate': 'Bearer' };
  if (status === 503) return { 'retry-after': '1' };
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
