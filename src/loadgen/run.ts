import { randomBytes } from 'node:crypto';
import { McpbError } from '../errors.ts';
import type { LiveInterval } from '../metrics/live.ts';
import { environmentBetween } from '../results/environment.ts';
import type { Environment, RunResult, TargetInfo } from '../results/result.ts';
import type { Plan } from '../scenario/plan.ts';
import { buildResult } from './build-result.ts';
import { processNow } from './clock.ts';
import { liveInterval } from './live-interval.ts';
import { LiveThresholds } from './live-thresholds.ts';
import { placementOf } from './placement.ts';
import { WorkerPool } from './pool.ts';
import { RunRecord, type TargetProbe } from './run-record.ts';
import { Unreachable, unreachableError } from './unreachable.ts';
import { planWindow } from './window.ts';

/** Raised when the hot path changes so that figures before and after are not comparable. */
export const engineRevision = 3;

export interface RunOptions {
  /** Groups the runs of one invocation. */
  readonly sessionId: string;
  readonly createdBy: string;
  /** First signal: end the load, await what is under way, keep the result. */
  readonly stop: AbortSignal;
  /** Second signal: end now, without a result. */
  readonly now: AbortSignal;
  /** Told every few seconds until the sessions stand that must: connections so far, why the latest attempt failed. */
  readonly onConnecting?: (standing: number, failure: string | undefined) => void;
  readonly onInterval?: (interval: LiveInterval) => void;
  /** Told, a little before, when the clock will start: ms of the process-wide monotonic clock. */
  readonly onStart?: (at: number) => void;
  /** The target's process, where it runs on this machine. */
  readonly target?: TargetProbe;
  readonly identity?: TargetInfo['identity'];
  readonly env?: NodeJS.ProcessEnv;
  /** What its user says of the machines. */
  readonly declared?: Environment['declared'];
}

/** Time between the last worker being ready and the start of the clock. */
const startDelayMillis = 50;
/** Between two words on sessions that take long to open. */
const connectingMillis = 3000;
/** After a first Ctrl-C, or a threshold that ends the run, replies are awaited for so long. */
const graceMillis = 5000;

/**
 * Conducts one run of a plan: workers up, sessions open, clock started, intervals taken in, result built.
 * Throws McpbError when the target cannot be reached or the run is ended by a second signal.
 */
export async function run(plan: Plan, options: RunOptions): Promise<RunResult> {
  if (options.now.aborted) throw interrupted();
  const record = new RunRecord(plan, options.target);
  const thresholds = new LiveThresholds(plan, record.collector);
  const live = options.onInterval ?? (() => undefined);
  const pool = new WorkerPool(plan, {
    up: () => record.workersUp(),
    stopped: (stops) => record.stopped(stops),
    interval: (part) => {
      const row = record.add(part);
      if (row === undefined || row.sequence < 0) return;
      const abort = record.mayAbortAt(row.seconds) ? thresholds.brokenAt(row.seconds) : undefined;
      if (abort) {
        record.aborted(abort);
        pool.stop(graceMillis);
      }
      live(liveInterval(plan, row, record));
    },
  });
  try {
    const ended = Promise.race([conduct(plan, options, record, pool), aborted(options.now)]);
    const gc = await ended;
    return buildResult(plan, record, {
      ...options,
      engineRevision,
      runId: randomBytes(4).toString('hex'),
      gc,
      facts: pool.facts,
      interrupted: options.stop.aborted,
      environment: environmentBetween(record.begin.machine, record.end.machine, {
        placement: placementOf(pool.facts),
        workers: plan.workers,
        pacing: plan.pacing,
        engineRevision,
        windowSeconds: record.windowSeconds,
        ...(options.env ? { env: options.env } : {}),
        ...(options.declared ? { declared: options.declared } : {}),
      }),
    });
  } catch (error) {
    if (error instanceof Unreachable) throw unreachableError(plan, error.failure);
    throw error;
  } finally {
    record.close();
    await pool.terminate();
  }
}

async function conduct(plan: Plan, { stop, onStart, onConnecting }: RunOptions, record: RunRecord, pool: WorkerPool) {
  const words = setInterval(() => onConnecting?.(...pool.connecting), connectingMillis);
  await Promise.race([pool.ready, aborted(stop)]).finally(() => clearInterval(words));
  const at = processNow() + startDelayMillis;
  record.started(at, planWindow(plan));
  pool.start(at);
  onStart?.(at);
  const onStop = () => {
    record.stopping();
    pool.stop(graceMillis);
  };
  stop.addEventListener('abort', onStop, { once: true });
  try {
    const gc = await pool.done;
    await record.finished();
    return gc;
  } finally {
    stop.removeEventListener('abort', onStop);
  }
}

/** Rejects when the signal is given. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(interrupted()), { once: true });
    if (signal.aborted) reject(interrupted());
  });
}

function interrupted(): McpbError {
  return new McpbError('MCPB_E_INTERRUPTED', 'interrupted before there was a result', {
    hint: 'once the load runs, one Ctrl-C ends it and keeps its result',
  });
}
