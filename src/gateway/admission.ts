import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { DataPlane } from './data-plane.ts';
import { duplicateHeader, originFault } from './origin.ts';

/** Why something may not come in. `invalid`: it is no proper request, whoever sends it. */
export interface Denial {
  readonly reason: 'invalid' | 'forbidden' | 'unauthorized' | 'overloaded';
  readonly text: string;
}

const excess: Denial = { reason: 'overloaded', text: 'Connection limit reached' };
const closing: Denial = { reason: 'overloaded', text: 'The gateway is shutting down' };
/** Nobody an authenticator knows. */
export const unproven: Denial = { reason: 'unauthorized', text: 'A valid bearer token is required' };

/** A connection that has just been accepted. */
export function connectionDenial({ connections }: DataPlane, socket: Socket): Denial | undefined {
  return connections.isExcess(socket) ? excess : undefined;
}

/** The head of an HTTP request to a listener on `host`, before anybody asks who sends it. */
export function requestDenial(plane: DataPlane, request: IncomingMessage, host: string): Denial | undefined {
  const twice = duplicateHeader(request);
  if (twice !== undefined) return { reason: 'invalid', text: `Header ${twice} appears twice` };
  const fault = originFault(request, host);
  if (fault !== undefined) return { reason: 'forbidden', text: fault };
  return connectionDenial(plane, request.socket);
}

/** The same where the connection is to stay. */
export function upgradeDenial(plane: DataPlane, request: IncomingMessage, host: string): Denial | undefined {
  return requestDenial(plane, request, host) ?? (plane.draining ? closing : undefined);
}
