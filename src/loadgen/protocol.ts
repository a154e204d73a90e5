import type { WorkerInterval } from '../metrics/interval.ts';
import type { Plan } from '../scenario/plan.ts';
import type { ScenarioFacts } from './facts.ts';
import type { OpenFailure } from './transport.ts';

/** What a worker thread is started with. */
export interface WorkerStart {
  readonly plan: Plan;
  readonly worker: number;
  readonly workers: number;
}

export type ToWorker =
  /** Visit the targets and report what they are: asked of one worker. */
  | { readonly type: 'survey' }
  /** Make the requests from what the survey found, and connect. */
  | { readonly type: 'prepare'; readonly facts: readonly ScenarioFacts[] }
  /** The clock starts at `at`, ms of the process-wide monotonic clock. */
  | { readonly type: 'start'; readonly at: number }
  /** Start nothing any more, let what is under way end within `graceMillis`. */
  | { readonly type: 'stop'; readonly graceMillis: number };

/** The answer of a worker to a first `stop`: when its load ended, ms of the process-wide monotonic clock. */
export interface Stop {
  readonly at: number;
  /** Only the stop ended it. */
  readonly cut: boolean;
}

export type FromWorker =
  /** A process group has begun, or ended with its leader. */
  | { readonly type: 'group'; readonly pid: number; readonly alive: boolean }
  | { readonly type: 'up' }
  | { readonly type: 'surveyed'; readonly facts: readonly ScenarioFacts[] }
  /** Connections that stand before the start, and why the latest attempt failed. */
  | { readonly type: 'connecting'; readonly standing: number; readonly failure: string | undefined }
  | { readonly type: 'ready' }
  | { readonly type: 'unreachable'; readonly failure: OpenFailure }
  | { readonly type: 'stopped'; readonly stop: Stop }
  | { readonly type: 'interval'; readonly interval: WorkerInterval }
  | { readonly type: 'done'; readonly gc: { count: number; totalMillis: number; maxMillis: number } };
