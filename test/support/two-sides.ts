import { baselineOf } from '../../src/regression/baseline.ts';
import type { Comparison } from '../../src/regression/comparison.ts';
import type { RunResult } from '../../src/results/result.ts';
import { type SyntheticRun, syntheticRun } from './results.ts';

export const runs = (from: number, count: number, options: SyntheticRun = {}): RunResult[] =>
  Array.from({ length: count }, (_, index) => syntheticRun({ seed: from + index, ...options }));
/** Five runs of one session, and the baseline they make. */
export const base = runs(1, 5);
export const { baseline } = baselineOf(base);
export const candidate = (options: SyntheticRun = {}, count = 5): RunResult[] =>
  runs(101, count, { sessionId: 'session-2', ...options });
export const row = (comparison: Comparison, metric: string) => comparison.rows.find((one) => one.metric === metric);
