import { run } from '../../src/loadgen/run.ts';
import type { LiveInterval } from '../../src/metrics/live.ts';
import type { RunResult } from '../../src/results/result.ts';
import type { Plan } from '../../src/scenario/plan.ts';
import { expectIdentities } from './identities.ts';

/** A run in worker threads, with both signals in the hands of the test; its books must balance. */
export function startRun(plan: Plan, onInterval: (interval: LiveInterval) => void = () => {}) {
  const stop = new AbortController();
  const now = new AbortController();
  const result: Promise<RunResult> = run(plan, {
    sessionId: 'session',
    createdBy: 'test',
    stop: stop.signal,
    now: now.signal,
    onInterval,
  }).then((result) => {
    expectIdentities(result);
    return result;
  });
  return { result, stop: () => stop.abort(), now: () => now.abort() };
}
