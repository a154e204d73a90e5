import type { Collector } from '../metrics/collector.ts';
import { samplesNeeded, Total } from '../metrics/distribution.ts';
import { generatorShare } from '../metrics/generator-share.ts';
import { type Row, type RunQuantity, type StageQuantity, timedRows } from '../metrics/series.ts';
import { measuredRows, outcomeCounts, selectedSeconds, sumOver, totalOf } from '../metrics/summary.ts';
import type { Plan } from '../scenario/plan.ts';
import type { Measured, MetricSource } from '../scenario/threshold-results.ts';
import type { Threshold } from '../scenario/thresholds.ts';
import { formatCount } from '../units.ts';
import type { OutcomeClass } from '../wire/outcome.ts';
import { planWindow } from './window.ts';

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
const noSamples = { missing: 'no samples' } as const;
const connectionTimes: Readonly<Record<string, RunQuantity>> = {
  connect_time: 'connect',
  initialize_time: 'initialize',
};

/** The figures of a run so far as thresholds ask for them: times in ms. `secondsOf`: measured load that is selected. */
export function thresholdSource(
  collector: Collector,
  secondsOf: (selector: Threshold['selector']) => number,
): MetricSource {
  return {
    measure(threshold) {
      const rows = measuredRows(collector, (row) => selected(row, threshold));
      const total = (quantity: StageQuantity | undefined) =>
        quantity === undefined ? new Total() : totalOf(collector, timedRows(collector.layout, rows), quantity);
      const { metric } = threshold;
      if (metric in connectionTimes)
        return time(collector.series(collector.numbers.run(connectionTimes[metric])), new Total(), threshold);
      if (metric === 'checks') return checkRate(collector, threshold);
      if (!(metric in times)) return counted(collector, rows, threshold, secondsOf(threshold.selector));
      const measured = time(total(times[metric]), total(censoredTimes[metric]), threshold);
      return metric === 'response_time' ? withShare(measured, total('targetTime'), threshold) : measured;
    },
  };
}

/**
 * Length in seconds of the measured load that is selected: of the scenario that has the longest, where several are.
 * `ended`: seconds of the run after which no load was made.
 */
export function measuredSeconds(plan: Plan, ended: number): (selector: Threshold['selector']) => number {
  const { from, to } = planWindow(plan);
  const whole = Math.max(0, Math.min(to, ended) - from);
  return ({ scenario, stage }) =>
    scenario === undefined && stage === undefined
      ? whole
      : selectedSeconds(
          plan,
          { ...(scenario && { scenario }), ...(stage !== undefined && { stage: Number(stage) }) },
          ended,
        );
}

function selected(row: Row, { selector }: Threshold): boolean {
  return (
    (selector.scenario === undefined || selector.scenario === row.scenarioName) &&
    (selector.operation === undefined || selector.operation === row.operationName) &&
    (selector.stage === undefined || Number(selector.stage) === row.stage)
  );
}

/** In ms. One that falls on exchanges which were given up, or has them in it, is only known from below. */
function time(total: Total, censored: Total, { aggregation, operator }: Threshold): Measured {
  if (total.count === 0) return noSamples;
  const limitsFromAbove = operator === '<' || operator === '<=';
  const found = (micros: number, isBound: boolean): Measured =>
    limitsFromAbove && isBound ? { value: micros / 1000, atLeast: true } : { value: micros / 1000 };
  if (aggregation === 'min') return found(total.min, false);
  if (aggregation === 'avg') return found(total.sum / total.count, censored.count > 0);
  const p = ratioOf(aggregation) ?? 1;
  if (p === 1) return found(total.max, total.isLowerBound(1, censored));
  const needed = samplesNeeded(p);
  if (total.count < needed) return { missing: `n=${formatCount(total.count)} < ${formatCount(needed)}` };
  return found(total.percentile(p)!, total.isLowerBound(p, censored));
}

/** A percentile as a ratio; undefined of what is none. */
function ratioOf(aggregation: Threshold['aggregation']): number | undefined {
  if (aggregation === 'med') return 0.5;
  const [, percent] = /\((.+)\)/.exec(aggregation) ?? [];
  return percent === undefined ? undefined : Number(percent) / 100;
}

/** With the part of a percentile that the generator's own lateness has in it. */
function withShare(measured: Measured, target: Total, { aggregation }: Threshold): Measured {
  const p = ratioOf(aggregation);
  if ('missing' in measured || measured.atLeast || p === undefined) return measured;
  const share = generatorShare(measured.value * 1000, target.percentile(p) ?? 0);
  return share === undefined ? measured : { ...measured, generatorShare: share };
}

function checkRate(collector: Collector, { selector }: Threshold): Measured {
  let passed = 0;
  let all = 0;
  collector.layout.checks.forEach(({ operation, scenarioName }, i) => {
    if (selector.operation !== undefined && selector.operation !== operation) return;
    if (selector.scenario !== undefined && selector.scenario !== scenarioName) return;
    passed += collector.checks[2 * i];
    all += collector.checks[2 * i] + collector.checks[2 * i + 1];
  });
  return all === 0 ? noSamples : { value: passed / all };
}

/** Shares are those of the exchanges that have ended: the others count when they have. */
function counted(
  collector: Collector,
  rows: readonly number[],
  { metric, aggregation, selector }: Threshold,
  seconds: number,
): Measured {
  const planned = sumOver(collector.planned, rows);
  const outcomes = outcomeCounts(collector, rows);
  const ended = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
  if (sumOver(collector.planned, measuredRows(collector)) === 0) return noSamples;
  const count = metric === 'outcomes' ? outcomes[selector.class as OutcomeClass] : planned;
  if (aggregation === 'count') return { value: count };
  if (planned === 0) return noSamples;
  if (metric === 'throughput') return perSecond(sumOver(collector.delivered, rows), seconds);
  if (metric === 'requests') return perSecond(planned, seconds);
  if (ended === 0) return noSamples;
  return { value: metric === 'error_rate' ? 1 - outcomes.ok / ended : count / ended };
}

function perSecond(count: number, seconds: number): Measured {
  return seconds > 0 ? { value: count / seconds } : noSamples;
}
