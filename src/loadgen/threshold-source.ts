import type { Collector } from '../metrics/collector.ts';
import { samplesNeeded, Total } from '../metrics/distribution.ts';
import type { Metrics } from '../metrics/figures.ts';
import { type Row, type RunQuantity, type StageQuantity, timedRows } from '../metrics/series.ts';
import { measuredRows, operationMetrics, totalOf } from '../metrics/summary.ts';
import type { MetricSource, Threshold } from '../scenario/thresholds.ts';

const times: Readonly<Record<string, StageQuantity>> = {
  response_time: 'responseTime',
  target_time: 'targetTime',
  service_time: 'serviceTime',
  generator_lag: 'generatorLag',
};
/** The part of a time that belongs to exchanges which never got their reply. */
const censoredTimes: Readonly<Record<string, StageQuantity>> = {
  response_time: 'censoredResponseTime',
  target_time: 'censoredTargetTime',
  service_time: 'censoredServiceTime',
};
const connectionTimes: Readonly<Record<string, RunQuantity>> = {
  connect_time: 'connect',
  initialize_time: 'initialize',
};

/** The figures of a run as thresholds ask for them: times in ms. `secondsOf`: length of the measured load that is selected. */
export function thresholdSource(
  collector: Collector,
  metrics: Metrics,
  secondsOf: (selector: Threshold['selector']) => number,
): MetricSource {
  return {
    value(threshold) {
      const seconds = secondsOf(threshold.selector);
      const rows = measuredRows(collector, (row) => selected(row, threshold));
      const total = (quantity: StageQuantity | undefined) =>
        quantity === undefined ? new Total() : totalOf(collector, timedRows(collector.layout, rows), quantity);
      if (threshold.metric in times)
        return time(total(times[threshold.metric]), threshold, total(censoredTimes[threshold.metric]));
      if (threshold.metric in connectionTimes)
        return time(collector.series(collector.numbers.run(connectionTimes[threshold.metric])), threshold, new Total());
      if (threshold.metric === 'checks') return checkRate(collector, threshold);
      return counted(operationMetrics(collector, rows, seconds), threshold, metrics.requests.planned, seconds);
    },
  };
}

function selected(row: Row, { selector }: Threshold): boolean {
  return (
    (selector.scenario === undefined || selector.scenario === row.scenarioName) &&
    (selector.operation === undefined || selector.operation === row.operationName) &&
    (selector.stage === undefined || Number(selector.stage) === row.stage)
  );
}

/**
 * In ms. A percentile without enough samples is no data. One that falls on exchanges which were given up is only known
 * from below: infinite where the threshold limits it from above, so that a short time-out does not make it pass.
 */
function time(total: Total, { aggregation, operator }: Threshold, censored: Total): number | undefined {
  if (total.count === 0) return undefined;
  if (aggregation === 'avg') return total.sum / total.count / 1000;
  if (aggregation === 'min') return total.min / 1000;
  if (aggregation === 'max') return total.max / 1000;
  const p = aggregation === 'med' ? 50 : Number(/\((.+)\)/.exec(aggregation)?.[1]);
  if (p === 100) return total.max / 1000;
  if (total.count < samplesNeeded(p / 100)) return undefined;
  const limitsFromAbove = operator === '<' || operator === '<=';
  if (limitsFromAbove && total.isLowerBound(p / 100, censored)) return Number.POSITIVE_INFINITY;
  return total.percentile(p / 100)! / 1000;
}

function checkRate(collector: Collector, { selector }: Threshold): number | undefined {
  let passed = 0;
  let all = 0;
  collector.layout.checks.forEach(({ operation, scenarioName }, i) => {
    if (selector.operation !== undefined && selector.operation !== operation) return;
    if (selector.scenario !== undefined && selector.scenario !== scenarioName) return;
    passed += collector.checks[2 * i];
    all += collector.checks[2 * i] + collector.checks[2 * i + 1];
  });
  return all === 0 ? undefined : passed / all;
}

function counted(
  figures: ReturnType<typeof operationMetrics>,
  { metric, aggregation, selector }: Threshold,
  plannedInAll: number,
  seconds: number,
): number | undefined {
  const { planned } = figures.requests;
  if (plannedInAll === 0) return undefined;
  const count = metric === 'outcomes' ? figures.outcomes[selector.class as keyof typeof figures.outcomes] : planned;
  if (aggregation === 'count') return count;
  if (planned === 0) return undefined;
  if (metric === 'throughput') return figures.throughputPerSecond;
  if (metric === 'error_rate') return figures.errorRate;
  return metric === 'outcomes' ? count / planned : count / seconds;
}
