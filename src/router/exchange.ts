import type { Message } from '../wire/jsonrpc.ts';
import type { Era, MethodIndex, Refusal, Transport } from '../wire/mcp.ts';
import type { Client } from './client.ts';

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
  /** Set when it initializes. */
  client: Client | undefined;
  /** Set by the backend that opened it. */
  upstream: UpstreamSession | undefined;
  /** It has a stream for what belongs to no request. */
  readonly listens: boolean;
  /** Sends a notification that belongs to no request; dropped when the client has no open stream. */
  notify(notification: Buffer): void;
  /**
   * Asks the client what a server wants to know that no request of the client made it ask. The id the client sees is not
   * the request's. Waits for a stream where there is none; never rejects.
   */
  ask(request: Message): Promise<Answer>;
}

/** The reply to a request of a server: the client's, or the gateway's in its place. */
export interface Answer {
  readonly member: 'result' | 'error';
  /** JSON. */
  readonly value: Buffer;
}

/** Of the W3C, as headers carry it. */
export interface TraceContext {
  readonly parent: string;
  readonly state: string | undefined;
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
  /** Passed on as it is. */
  readonly trace: TraceContext | undefined;
  /** `performance.now()` after which the gateway answers 5040 itself and cancels the work. */
  readonly deadline: number;
  /** A whole notification message, progress for example. */
  notify(notification: Buffer): void;
  /** As `Caller.ask`, for what a server wants to know to serve this request. */
  ask(request: Message): Promise<Answer>;
  /** The JSON bytes of `result`. */
  result(value: Buffer): void;
  /** The JSON bytes of an error object; a backend's own codes pass unchanged. */
  error(value: Buffer): void;
  /** The request is sent once more, because nothing has been done for it. */
  retried(): void;
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
