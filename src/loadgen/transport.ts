import type { ScenarioPlan, TransportKind } from '../scenario/plan.ts';
import type { RequestBody } from './request.ts';
import type { OpenStream } from './stream.ts';
import { httpTransport } from './transports/http.ts';
import { linesTransport } from './transports/lines.ts';
import { sseTransport } from './transports/sse.ts';
import { tcpTransport } from './transports/tcp.ts';
import { websocketTransport } from './transports/websocket.ts';

/** How a session ends on the wire. */
export type CloseKind = 'delete' | 'abandon' | 'kill';

/** Why a connection could not be used: shown to people, counted as `connect_failed`. */
export interface OpenFailure {
  readonly reason:
    | 'refused'
    | 'timeout'
    | 'http-status'
    | 'handshake'
    | 'closed'
    | 'local'
    | 'dns'
    | 'tls'
    | 'arguments';
  readonly message: string;
  /** HTTP status of a refused upgrade or POST. */
  readonly status?: number;
  /** `ECONNREFUSED`, `EMFILE`, … where the system said so. */
  readonly code?: string;
  /** The target, where that is not clear. */
  readonly url?: string;
}

/** The failure with what the target said besides. */
export function withLastWords(failure: OpenFailure, connection: Connection | undefined): OpenFailure {
  const words = connection?.lastWords;
  return words ? { ...failure, message: `${failure.message}; ${words}` } : failure;
}

/**
 * How the wire was lost: the peer went away, or broke the protocol. HTTP, `reused`: it went away without a byte of the
 * reply, on a connection that had served before: it may have been about to close that one anyway.
 */
export type Loss = 'lost' | 'reused' | 'protocol';

/**
 * The engine's side of one connection (over HTTP: of one client's connections). Byte ranges are valid only during the
 * call. After `refused` or `lost` nothing follows.
 */
export interface ConnectionHandler {
  /** Usable. `upgrade`: ms that upgrade or negotiation took, 0 where there is none. */
  connected(upgrade: number, now: number): void;
  refused(failure: OpenFailure, now: number): void;
  /** HTTP: a further connection could not be opened; the client lives on with the others. */
  attemptFailed(failure: OpenFailure): void;
  /** One whole JSON-RPC message. `slot`: the exchange this connection carries (HTTP), −1 where only the id tells. */
  message(slot: number, bytes: Buffer, start: number, end: number, now: number): void;
  /** Where the exchange of an id is, if this client sent one with it. */
  slotOf(id: number): number;
  /** HTTP: a part of the reply is here, not yet all of it; `event`: a whole event of a stream. */
  replyBegan(slot: number, event: boolean, now: number): void;
  /** HTTP: the exchange ended with another status than 200, or without a body; the range is the body. */
  httpStatus(slot: number, status: number, bytes: Buffer, start: number, end: number, now: number): void;
  /** HTTP: the connection that carried this exchange is gone; others of the client may live on. */
  exchangeLost(slot: number, loss: Loss, now: number): void;
  /** Can take requests again. */
  writable(now: number): void;
  /** HTTP: the target ended a connection that carried nothing; the client lives on. */
  idleEnded(now: number): void;
  lost(loss: Loss, now: number): void;
  /** HTTP: the client has so many connections more, or fewer, besides the one it is counted as. Also during `close`. */
  grew(by: number): void;
  /** Bytes that crossed the wire. */
  transferred(sent: number, received: number): void;
}

/** One client on the wire, from connect to close. Created connecting. */
export interface Connection {
  /** Writes the prepared request of an operation. False: not now; `writable` follows. */
  send(operation: number, slot: number, id: number): boolean;
  /** Writes a request made up on the spot, with its id. Not on the hot path. False: not now; `writable` follows. */
  ask(slot: number, request: RequestBody): boolean;
  /**
   * So many exchanges wait for this client: open more connections where one carries only one at a time (HTTP). False: the
   * limit of connections keeps some of them.
   */
  want(waiting: number): boolean;
  /** What the target has said besides, for people: standard error of a command. */
  readonly lastWords?: string | undefined;
  /** Writes a message that expects no counted reply (notification, answer to a server request). Not on the hot path. */
  notify(json: string): void;
  /** The legacy handshake is over: what later requests must carry is known. */
  initialized(protocolVersion: string): void;
  /** Nobody waits for this exchange any more. */
  forget(slot: number): void;
  /** Ends the session; no callback follows. */
  close(how: CloseKind): void;
}

/** Prepares once per worker and scenario, then opens connections. */
export interface Transport {
  open(handler: ConnectionHandler, localAddress: string | undefined): Connection;
}

export type TransportFactory = (
  scenario: ScenarioPlan,
  requests: readonly RequestBody[],
  openStream: OpenStream,
) => Transport;

export const transports = {
  http: httpTransport,
  sse: sseTransport,
  stdio: linesTransport,
  tcp: tcpTransport,
  websocket: websocketTransport,
} satisfies Record<TransportKind, TransportFactory>;
