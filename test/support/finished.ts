import { expect } from 'vitest';
import type { RunResult } from '../../src/results/result.ts';

/** What holds of every result, whatever the target did. */
export async function finished(result: Promise<RunResult>): Promise<RunResult> {
  const found = await result;
  const { metrics, stages, rps } = found;
  const ended = Object.values(metrics.outcomes).reduce((sum, count) => sum + count, 0);
  expect(ended).toBe(metrics.requests.planned);
  const released = stages.reduce((sum, stage) => sum + stage.metrics.generatorLag.count, 0);
  expect(released).toBe(metrics.requests.planned);
  expect(rps).toBe(metrics.throughputPerSecond);
  return found;
}
