import type { Message } from '../wire/jsonrpc.ts';
import type { Era, MethodIndex, Refusal, Transport } from '../wire/mcp.ts';

/** The session a backend opened upstream for one client session. */
export interface UpstreamSession {
  /** Absent when the upstream server keeps no session. */
  readonly id?: string;
  readonly protocolVersion: string;
}

/** What the router and the backends know of a client session. */
export interface Caller {
  readonly id: string;
  readonly subject: string;
  readonly transport: Transport;
  /** Set by the backend that opened it. */
  upstream: UpstreamSession | undefined;
  /** Sends a notification that belongs to no request; dropped when the client has no open stream. */
  notify(notification: Buffer): void;
}

/**
 * One request under way. The backend sends any number of notifications, then exactly one of result, error or refuse;
 * whatever comes after that is dropped. All of it may happen before `Backend.request` returns.
 */
export interface Exchange {
  readonly caller: Caller;
  readonly request: Message;
  readonly method: MethodIndex;
  readonly era: Era;
  /** `performance.now()` after which the gateway answers 5040 itself and cancels the work. */
  readonly deadline: number;
  /** A whole notification message, progress for example. */
  notify(notification: Buffer): void;
  /** The JSON bytes of `result`. */
  result(value: Buffer): void;
  /** The JSON bytes of an error object; a backend's own codes pass unchanged. */
  error(value: Buffer): void;
  /** A refusal of the gateway's own. */
  refuse(refusal: Refusal, text: string): void;
}

/** What a backend does for a request that it has not answered yet. */
export interface Work {
  /** Nobody waits any more: the client cancelled, left, or the deadline passed. */
  cancel(reason: string): void;
  /** The client does not read what it asked for: stop producing, until `resume`. */
  pause(): void;
  resume(): void;
}
