import type { Client } from '../router/client.ts';
import type { UpstreamSession } from '../router/exchange.ts';
import type { GatewayConfig } from './config.ts';
import type { StreamRefusal } from './http/session.ts';
import type { Answer, Question } from './inquiry.ts';

/** What a worker thread is started with. */
export interface WorkerStart {
  readonly config: GatewayConfig;
  /** From 0. */
  readonly index: number;
  readonly version: string;
  /** Random, the same in all workers: see `serverOptions`. */
  readonly ticketKeys: Uint8Array;
  /** Backs this worker's `Counters`; main reads it. */
  readonly counters: SharedArrayBuffer;
  /** Backs `InFlight` of all workers. */
  readonly inFlight: SharedArrayBuffer;
}

/** An HTTP session as every worker knows it; never changed after its broadcast. */
export interface SessionRecord {
  readonly id: string;
  /** The worker that opened it. */
  readonly owner: number;
  /** In `InFlight`. */
  readonly slot: number;
  readonly subject: string;
  readonly client: Client | undefined;
  readonly upstream: UpstreamSession | undefined;
}

/** What a worker tells another about an HTTP session. `get`: number of a GET in the worker that its client is connected to. */
export type Hop =
  /** A client's answer, or its cancellation of a request. */
  | { readonly kind: 'tell'; readonly session: string; readonly message: Uint8Array }
  | { readonly kind: 'attach'; readonly session: string; readonly get: number; readonly lastId: string | undefined }
  | { readonly kind: 'detach'; readonly get: number }
  | { readonly kind: 'refuse'; readonly get: number; readonly why: StreamRefusal }
  | { readonly kind: 'event'; readonly get: number; readonly event: Uint8Array; readonly final: boolean }
  | { readonly kind: 'finish'; readonly get: number };

/** Main → worker. */
export type ToWorker =
  | { readonly type: 'session-opened'; readonly record: SessionRecord }
  /** Every worker knows the session this worker opened. */
  | { readonly type: 'session-known'; readonly id: string }
  | { readonly type: 'session-ended'; readonly id: string }
  | { readonly type: 'sessions-used'; readonly ids: readonly string[] }
  | { readonly type: 'session-hops'; readonly from: number; readonly hops: readonly Hop[] }
  /** A worker is no more, and neither are the sessions it has opened. */
  | { readonly type: 'sessions-lost'; readonly worker: number }
  | { readonly type: 'ping' }
  /** Make ready for this configuration, then report `staged`. */
  | { readonly type: 'stage'; readonly config: GatewayConfig }
  /** What was staged holds from now on. */
  | { readonly type: 'commit' }
  | { readonly type: 'ask'; readonly id: number; readonly question: Question }
  /** Refuse new work, finish what is under way, then report `drained`. */
  | { readonly type: 'drain' }
  /** Refuse what is still under way, close every connection, then report `drained`. */
  | { readonly type: 'cut' };

/** Worker → main. */
export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'session-opened'; readonly record: SessionRecord }
  /** This worker has stored a session that another one opened. */
  | { readonly type: 'session-stored'; readonly id: string }
  | { readonly type: 'session-ended'; readonly id: string }
  | { readonly type: 'sessions-used'; readonly ids: readonly string[] }
  | { readonly type: 'session-hops'; readonly to: number | 'others'; readonly hops: readonly Hop[] }
  | { readonly type: 'pong' }
  | { readonly type: 'staged' }
  | { readonly type: 'answer'; readonly id: number; readonly answer: Answer }
  /** The client on standard input and output sends no more, and has all replies. */
  | { readonly type: 'client-over' }
  | { readonly type: 'drained' };
