import type { Client } from '../router/client.ts';
import type { UpstreamSession } from '../router/exchange.ts';
import type { GatewayConfig } from './config.ts';
import type { Answer, Question } from './inquiry.ts';

/** What a worker thread is started with. */
export interface WorkerStart {
  readonly config: GatewayConfig;
  /** From 0. */
  readonly index: number;
  readonly version: string;
  /** Backs this worker's `Counters`; main reads it. */
  readonly counters: SharedArrayBuffer;
}

/** An HTTP session as every worker knows it; never changed after its broadcast. */
export interface SessionRecord {
  readonly id: string;
  readonly subject: string;
  readonly client: Client | undefined;
  readonly upstream: UpstreamSession | undefined;
}

/** Main → worker. */
export type ToWorker =
  | { readonly type: 'session-opened'; readonly record: SessionRecord }
  /** Every worker knows the session this worker opened. */
  | { readonly type: 'session-known'; readonly id: string }
  | { readonly type: 'session-ended'; readonly id: string }
  | { readonly type: 'sessions-used'; readonly ids: readonly string[] }
  | { readonly type: 'ping' }
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
  | { readonly type: 'pong' }
  | { readonly type: 'answer'; readonly id: number; readonly answer: Answer }
  | { readonly type: 'drained' };
