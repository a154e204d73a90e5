import type { Socket } from 'node:net';
import { socketMeans } from './desk.ts';
import type { Exchange } from './server.ts';

type Frame = (message: string) => Buffer;
type Request = Pick<Exchange, 'connection' | 'id' | 'method' | 'text'>;

/** A request that came over a socket on which every message has a frame. */
export function framedExchange(socket: Socket, request: Request, frame: Frame): Exchange {
  const send = (...messages: readonly string[]) => {
    for (const message of messages) socket.write(frame(message));
  };
  return { ...request, frame, send, begin: send, ...socketMeans(socket) };
}

/** Answers a first message that is to hold this token; whether it did. */
export function authenticate(socket: Socket, message: string, token: string | undefined, frame: Frame): boolean {
  const { id, params } = JSON.parse(message) as { id: unknown; params: { token?: string } };
  if (params.token === token) {
    socket.write(frame(JSON.stringify({ jsonrpc: '2.0', id, result: { sessionId: 's' } })));
    return true;
  }
  const error = { code: -32002, message: 'wrong token' };
  socket.end(frame(JSON.stringify({ jsonrpc: '2.0', id, error })));
  return false;
}
