import type { Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import type { TransportKind } from '../../../src/scenario/plan.ts';

/** A request as the server received it, and every way there is to answer it or not. */
export interface Exchange {
  readonly id: number;
  readonly method: string;
  /** The whole message. */
  readonly text: string;
  /** Number of the connection that brought it, from 0. */
  readonly connection: number;
  /** Whole messages in frames of their own; over HTTP one is a JSON body, several are an event stream. */
  send(...messages: readonly string[]): void;
  /** Whole messages before the reply. */
  begin(...messages: readonly string[]): void;
  /** The bytes that carry one message. */
  frame(message: string): Buffer;
  /** Bytes as they are, past every encoder. */
  write(bytes: Uint8Array | string): void;
  /** Ends the connection: in order, or with a reset. */
  end(): void;
  drop(): void;
  /** Stops reading from the connection, and goes on. */
  pause(): void;
  resume(): void;
}

export type Answer = (exchange: Exchange) => void;

/** A server that answers as its test says; `initialize`, `server/discover` and authentication it answers by itself. */
export interface TestServer {
  readonly transport: TransportKind;
  readonly url: string;
  readonly port: number;
  /** Requests in order of arrival, without `initialize` and `server/discover`. */
  readonly received: readonly Exchange[];
  /** Methods of the notifications that came. */
  readonly notifications: readonly string[];
  /** What came in answer to the server's own requests. */
  readonly answers: readonly unknown[];
  /** Connections that stand, those there were in all, and the most at once. */
  readonly connections: { readonly now: number; readonly all: number; readonly most: number };
  /** Addresses that connections came from, in order. */
  readonly remotes: readonly string[];
  /** Over TLS: whether they took up an earlier session, in order. */
  readonly resumed: readonly boolean[];
  /** How sessions were ended: `reset` or `end` of a connection, before it `close 1000` or `DELETE` where one came. */
  readonly endings: readonly string[];
  close(): Promise<void>;
}

export interface ServerOptions {
  readonly answer?: Answer;
  readonly answerInitialize?: Answer;
  /** Answers `server/discover`, which only modern servers know. */
  readonly answerDiscover?: Answer;
  /** Told of what comes in answer to the server's own requests. */
  readonly answered?: () => void;
  /** Over TLS. */
  readonly tls?: TlsOptions;
  /** Clients must show it. */
  readonly token?: string;
  /** In place of the first answer on every connection: to the upgrade, the negotiation, the first POST. */
  readonly instead?: (socket: Socket) => void;
}

export const reply = (id: number | string, result: unknown = {}): string =>
  JSON.stringify({ jsonrpc: '2.0', id, result });

export const rpcError = (id: number | string, code: number, data?: unknown): string =>
  JSON.stringify({ jsonrpc: '2.0', id, error: { code, message: 'refused', data } });

/** What a modern server says of itself. */
export const discovered = (id: number | string, supportedVersions: readonly string[] = ['2026-07-28']): string =>
  reply(id, {
    supportedVersions,
    capabilities: {},
    resultType: 'complete',
    _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'modern', version: '2' } },
  });

export const notification = (method = 'notifications/message'): string =>
  JSON.stringify({ jsonrpc: '2.0', method, params: { level: 'info', data: 'x' } });

export const answerAtOnce: Answer = (exchange) => exchange.send(reply(exchange.id, { tools: [] }));

/** The usual life of a server: every answer after so many milliseconds. */
export const answerAfter =
  (milliseconds: number): Answer =>
  (exchange) =>
    setTimeout(answerAtOnce, milliseconds, exchange);

/** Writes bytes in pieces, one in each turn of the event loop that follows. */
export async function trickle(exchange: Exchange, bytes: Uint8Array, size: number): Promise<void> {
  for (let at = 0; at < bytes.length; at += size) {
    exchange.write(bytes.subarray(at, at + size));
    await new Promise(setImmediate);
  }
}
