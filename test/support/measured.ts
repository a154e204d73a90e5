import { build, type Histogram } from 'hdr-histogram-js';
import { Collector } from '../../src/metrics/collector.ts';
import { Total } from '../../src/metrics/distribution.ts';
import { Accumulator, histogramConfig } from '../../src/metrics/histogram.ts';
import type { WorkerInterval } from '../../src/metrics/interval.ts';
import { Recorder, type Snapshot } from '../../src/metrics/recorder.ts';
import { type MeasuredPlan, seriesLayout } from '../../src/metrics/series.ts';

/** A histogram of hdr-histogram-js with our range and precision. */
export function hdrOf(values: readonly number[]): Histogram {
  const histogram = build({
    bitBucketSize: 64,
    autoResize: false,
    lowestDiscernibleValue: histogramConfig.lowest,
    highestTrackableValue: histogramConfig.highest,
    numberOfSignificantValueDigits: histogramConfig.digits,
  });
  for (const value of values) histogram.recordValue(value);
  return histogram;
}

/** The same values by way of a worker's accumulator. */
export function totalOfValues(values: readonly number[]): Total {
  const accumulator = new Accumulator();
  for (const value of values) accumulator.record(value);
  const total = new Total();
  total.add(accumulator.take());
  return total;
}

/** The smallest value that at least the share p (a decimal of at most four digits) of the sorted values does not exceed. */
export function naivePercentile(sorted: readonly number[], p: number): number {
  const rank = Math.ceil((Math.round(p * 10_000) * sorted.length) / 10_000);
  return sorted[Math.max(0, rank - 1)];
}

type MeasuredScenario = MeasuredPlan['scenarios'][number];
type Model = MeasuredScenario['executor']['model'];
type MeasuredOperation = MeasuredScenario['operations'][number];

export function measuredOperation(name: string, checks: readonly string[] = []): MeasuredOperation {
  return { name, checks: checks.map((check) => ({ name: check })) };
}

/** A scenario of stages of so many seconds each. */
export function measuredScenario(
  stages: readonly number[],
  { model = 'open', ...changes }: Partial<Omit<MeasuredScenario, 'executor'>> & { readonly model?: Model } = {},
): MeasuredScenario {
  return {
    name: 'one',
    startTime: 0,
    phases: { warmup: 0 },
    executor: { model, stages: stages.map((seconds, i) => ({ name: `stage ${i}`, seconds, to: 10 * (i + 1) })) },
    operations: [measuredOperation('tools/list')],
    ...changes,
  };
}

/** One worker's interval of nothing but what is given. */
export function intervalOf(
  snapshot: Snapshot,
  changes: Partial<Omit<WorkerInterval, 'snapshot'>> = {},
): WorkerInterval {
  const idle = {
    sequence: 0,
    to: 1000,
    vus: 0,
    connections: 0,
    inFlight: 0,
    eventLoopUtilization: 0,
    cpuMicros: 0,
    cpuWaitMillis: 0,
    longestStallAt: 0,
  };
  return { ...idle, ...changes, snapshot };
}

/** What a worker that does `work` leaves in the main thread. */
export function collected(plan: MeasuredPlan, ...work: readonly ((recorder: Recorder) => void)[]): Collector {
  const layout = seriesLayout(plan);
  const collector = new Collector(layout);
  work.forEach((record, sequence) => {
    const recorder = new Recorder(layout);
    record(recorder);
    collector.add(intervalOf(recorder.swap(), { sequence }));
  });
  return collector;
}

/** Row of an operation in a stage (−1: outside the measure phase). */
export function rowOf(plan: MeasuredPlan, scenario: number, stage: number, operation: number): number {
  return seriesLayout(plan).rows.findIndex(
    (row) => row.scenario === scenario && row.stage === stage && row.operation === operation,
  );
}
