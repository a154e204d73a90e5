import type { WorkerInterval } from '../metrics/interval.ts';
import type { Plan } from '../scenario/plan.ts';
import type { OpenFailure } from './transport.ts';

/** What a worker thread is started with. */
export interface WorkerStart {
  readonly plan: Plan;
  readonly worker: number;
  readonly workers: number;
}

export type ToWorker =
  /** The clock starts at `at`, ms of the process-wide monotonic clock. */
  | { readonly type: 'start'; readonly at: number }
  /** Start nothing any more, let what is under way end within `graceMillis`. */
  | { readonly type: 'stop'; readonly graceMillis: number };

export type FromWorker =
  /** Up, and about to prepare. */
  | { readonly type: 'up' }
  | { readonly type: 'ready' }
  | { readonly type: 'unreachable'; readonly failure: OpenFailure }
  | { readonly type: 'interval'; readonly interval: WorkerInterval }
  | { readonly type: 'done'; readonly gc: { count: number; totalMillis: number; maxMillis: number } };
