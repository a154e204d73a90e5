import type { Evidence } from '../../src/loadgen/evidence.ts';
import { judge } from '../../src/loadgen/verdict.ts';
import type { Metrics } from '../../src/metrics/figures.ts';
import { runMetrics } from '../../src/metrics/summary.ts';
import type { OutcomeClass } from '../../src/wire/outcome.ts';
import { collected, measuredScenario, totalOfValues } from './measured.ts';

/** 2,000 replies of 20 ms (p50) to 100 ms (p99), 10 µs of lag. */
export const good: Metrics = (() => {
  const collector = collected({ scenarios: [measuredScenario([1])] }, (recorder) => {
    for (let i = 0; i < 2000; i++) {
      recorder.planned(1);
      recorder.ok(1, 0, 0.01, 0.02, i < 1900 ? 20 : 100);
      recorder.receiveLag(1, 0.01);
    }
  });
  return runMetrics(collector, 1, { peakConnections: 1, meanInFlight: 1 });
})();

/** Of a run that nothing can be held against. */
export const sound: Evidence = {
  model: 'open',
  inSession: false,
  metrics: good,
  closedBeside: undefined,
  thresholds: [{ expression: 'error_rate<0.01', value: 0, passed: true }],
  steal: 0,
  throttled: 0,
  workersBusy: 0.5,
  targetCores: 0.5,
  clockShiftMillis: 0,
  unaccounted: 0,
  littleDeviation: 0,
  interrupted: false,
  targetGone: undefined,
  seconds: [],
  suspension: { longestMillis: 0, atSecond: 0, share: 0 },
  polls: false,
  cpuWait: 0,
  gc: { share: 0, longestMicros: 0 },
  coresBusy: 0.5,
  overflowed: 0,
  silence: { longestMillis: 0, atEnd: false },
  steadyLoad: false,
};

/** 1,000 times this value. */
export const lag = (micros: number) => totalOfValues(Array<number>(1000).fill(micros)).distribution();

/** Of a sound run but for this. */
export const verdictOf = (changes: Partial<Evidence>) => judge({ ...sound, ...changes });

export function withOutcomes(counts: Partial<Record<OutcomeClass, number>>): Metrics {
  const outcomes = { ...good.outcomes, ok: 0, ...counts };
  const planned = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
  return { ...good, outcomes, requests: { ...good.requests, planned } };
}
