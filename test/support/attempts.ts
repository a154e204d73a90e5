import type { Distribution, RunResult } from '../../src/results/result.ts';
import type { Attempt } from '../../src/selftest/attempt.ts';
import { syntheticRun } from './results.ts';

/** A percentile distribution of nothing but what is given (µs). */
export function times(figures: Partial<Distribution>): Distribution {
  const none = {
    p50: null,
    p90: null,
    p95: null,
    p99: null,
    p999: null,
    p9999: null,
    min: null,
    mean: null,
    max: null,
  };
  return { count: 10_000, sum: 0, clamped: 0, ...none, ...figures };
}

/** What a selftest's run left: the times it reports, and how late everybody was (p99 and above, µs). */
export function attemptOf(
  responseTime: Distribution,
  late: { readonly generator?: number; readonly receive?: number; readonly server?: number } = {},
  changes: Partial<RunResult> = {},
): Attempt {
  const { generator = 10, receive = 20, server = 30 } = late;
  const run = syntheticRun({ changes: { model: 'open' } });
  const level = (micros: number) => times({ p99: micros, p999: 2 * micros, max: 3 * micros });
  const metrics = { ...run.metrics, responseTime, generatorLag: level(generator), receiveLag: level(receive) };
  return {
    result: { ...run, metrics, ...changes },
    startAt: 0,
    stops: [],
    server: { requests: 1, replies: 1, lateness: { p50: 1, p99: server, p999: 2 * server, max: 3 * server } },
  };
}
