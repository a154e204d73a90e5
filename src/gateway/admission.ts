import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { DataPlane } from './data-plane.ts';
import type { Cause } from './metrics/reasons.ts';
import { duplicateHeader, originFault } from './origin.ts';

/** Why something may not come in. `invalid`: it is no proper request, whoever sends it. */
export interface Denial {
  readonly reason: 'invalid' | 'forbidden' | 'unauthorized' | 'overloaded';
  /** What it counts as. */
  readonly cause: Cause;
  readonly text: string;
}

const excess: Denial = { reason: 'overloaded', cause: 'connection_limit', text: 'Connection limit reached' };
const closing: Denial = { reason: 'overloaded', cause: 'draining', text: 'The gateway is shutting down' };
const faultTexts = { origin: 'Origin is not allowed', host: 'Host is not allowed' } as const;
const noSessionLeft: Denial = { reason: 'overloaded', cause: 'session_limit', text: 'Session limit reached' };
const subjectHasAll: Denial = {
  reason: 'overloaded',
  cause: 'subject_session_limit',
  text: 'This subject has as many sessions as it may have',
};
/** Nobody an authenticator knows. */
export const unproven: Denial = {
  reason: 'unauthorized',
  cause: 'invalid_token',
  text: 'A valid bearer token is required',
};

/** A connection that has just been accepted. */
export function connectionDenial({ connections }: DataPlane, socket: Socket): Denial | undefined {
  return connections.isExcess(socket) ? excess : undefined;
}

/** The head of an HTTP request to a listener on `host`, before anybody asks who sends it. */
export function requestDenial(plane: DataPlane, request: IncomingMessage, host: string): Denial | undefined {
  const twice = duplicateHeader(request);
  if (twice !== undefined)
    return { reason: 'invalid', cause: 'duplicate_header', text: `Header ${twice} appears twice` };
  const fault = originFault(request, host);
  if (fault !== undefined) return { reason: 'forbidden', cause: fault, text: faultTexts[fault] };
  return connectionDenial(plane, request.socket);
}

/** The same where the connection is to stay. */
export function upgradeDenial(plane: DataPlane, request: IncomingMessage, host: string): Denial | undefined {
  return requestDenial(plane, request, host) ?? (plane.draining ? closing : undefined);
}

/** A session of a subject that has just been asked for. */
export function sessionDenial({ store, limits }: DataPlane, subject: string): Denial | undefined {
  if (store.size >= limits.sessions) return noSessionLeft;
  return store.countOf(subject) >= limits.sessionsPerSubject ? subjectHasAll : undefined;
}
