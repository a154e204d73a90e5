import type { Metrics } from '../metrics/figures.ts';
import type { RuleUnit } from '../results/certificate.ts';
import { failureKind } from '../results/failures.ts';
import type { Evidence, Second } from './evidence.ts';
import { latenessLimits } from './lateness.ts';
import { drift } from './steady.ts';

/** One thing a run is judged by. `value` null = cannot be told here. */
export interface Rule {
  readonly rule: string;
  readonly unit: RuleUnit;
  readonly value: (evidence: Evidence) => number | null;
  readonly limit: number | ((evidence: Evidence) => number);
  /** The value must be the limit at least, not at most. */
  readonly atLeast?: true;
  /** A lower limit, from which on there is a warning. */
  readonly warnsAbove?: number;
  /**
   * What becomes of a run that breaks it. `lateness`: of what the times of the run are taken from; `closed-lateness`: of
   * virtual users beside arrivals. To a generator-limited run, which has named it, late virtual users are a warning.
   */
  readonly broken: 'fail' | 'warn' | 'lateness' | 'closed-lateness';
  /** Without it every run is judged by the rule. */
  readonly concerns?: (evidence: Evidence) => boolean;
  /** What is wrong then, in words; `value` as people read it. */
  readonly says: (value: string, evidence: Evidence) => string;
}

/**
 * Beyond it the generator was kept from its cores. On two cores that it shares with the target alone it waits 4 to 13 %
 * of the time, with one more busy program 39 to 61 %.
 */
export const mostCpuWait = 0.25;

/** Of one suspension. Schedulers and hypervisors take some ten milliseconds now and then. */
export const mostSuspendedMillis = 200;

const machine: readonly Rule[] = [
  {
    rule: 'suspended',
    unit: 'us',
    value: ({ suspension }) => Math.round(suspension.longestMillis * 1000),
    limit: mostSuspendedMillis * 1000,
    broken: 'fail',
    says: (value, { suspension }) =>
      `the generator was suspended for ${value} at second ${Math.floor(suspension.atSecond)} of the run`,
  },
  {
    rule: 'suspended_share',
    unit: 'ratio',
    value: ({ suspension }) => suspension.share,
    limit: 0.01,
    broken: 'fail',
    says: (value) => `the generator stood still for ${value} of the time, again and again`,
  },
  {
    rule: 'throttled',
    unit: 'ratio',
    value: ({ throttled }) => throttled,
    limit: 0.01,
    broken: 'fail',
    says: (value) => `the cgroup quota stopped the generator for ${value} of the time`,
  },
  {
    rule: 'steal',
    unit: 'ratio',
    value: ({ steal }) => steal,
    limit: 0.05,
    warnsAbove: 0.02,
    broken: 'fail',
    says: (value) => `the hypervisor gave ${value} of our CPU time away`,
  },
  {
    rule: 'stolen_seconds',
    unit: 'seconds',
    value: ({ seconds }) => countSeconds(seconds, ({ steal }) => steal !== null && steal > 0.05),
    limit: mostSeconds,
    broken: 'fail',
    says: (value) => `the hypervisor gave over 5 % of our CPU time away in ${value}`,
  },
  {
    rule: 'exhausted',
    unit: 'ratio',
    value: ({ metrics }) => exhaustedShare(metrics),
    limit: 0.01,
    broken: 'fail',
    says: (value) => `this machine had no descriptor, port or memory for ${value} of the connections`,
  },
  {
    rule: 'clock_shift',
    unit: 'us',
    value: ({ clockShiftMillis }) => Math.round(Math.abs(clockShiftMillis) * 1000),
    limit: 1_000_000,
    broken: 'fail',
    says: (value) => `the machine was suspended or its clock was set: the clocks disagree by ${value}`,
  },
];

const lateness: readonly Rule[] = [
  ...lagRules('generator_lag', ({ metrics }) => metrics.generatorLag, 'the generator was late: send lag'),
  ...lagRules('receive_lag', ({ metrics }) => metrics.receiveLag, 'replies waited for the generator: receive lag'),
  {
    rule: 'late_seconds',
    unit: 'seconds',
    value: ({ seconds }) => countSeconds(seconds, ({ late }) => late),
    limit: mostSeconds,
    broken: 'lateness',
    says: (value) => `the generator was late in ${value}`,
  },
  ...(['p50', 'p99'] as const).map(
    (key): Rule => ({
      rule: `closed_lag_${key}`,
      unit: 'us',
      value: ({ closedBeside }) => closedBeside?.generatorLag[key] ?? null,
      limit: ({ closedBeside }) => latenessLimits[key](closedBeside?.responseTime[key] ?? null),
      broken: 'closed-lateness',
      concerns: ({ closedBeside }) => closedBeside !== undefined,
      says: (value) => `the generator was late with its virtual users: send lag ${key} ${value}`,
    }),
  ),
];

const accounting: readonly Rule[] = [
  {
    rule: 'released',
    unit: 'ratio',
    value: ({ metrics: { requests }, overflowed }) =>
      requests.planned === 0 ? null : (requests.planned - overflowed) / requests.planned,
    limit: 0.99,
    atLeast: true,
    broken: 'fail',
    says: (value) => `due requests found the generator’s queue full: ${value} were released`,
  },
  {
    rule: 'accounting',
    unit: 'count',
    value: ({ unaccounted }) => unaccounted,
    limit: 0,
    broken: 'fail',
    says: (value) => `planned requests and outcomes do not add up, a bug of mcpb: ${value} unaccounted for`,
  },
  {
    rule: 'littles_law',
    unit: 'ratio',
    value: ({ littleDeviation }) => littleDeviation,
    limit: 0.05,
    broken: 'fail',
    says: (value) => `in flight is not rate × time, a bug of mcpb: ${value} apart`,
  },
];

/** They explain, they do not decide. */
const explanations: readonly Rule[] = [
  {
    rule: 'event_loop',
    unit: 'ratio',
    value: ({ workersBusy, polls }) => (polls ? null : workersBusy),
    limit: 0.95,
    broken: 'warn',
    says: (value) => `the generator’s event loops hardly ever rested: busy ${value} of the time`,
  },
  {
    rule: 'gc',
    unit: 'ratio',
    value: ({ gc }) => gc.share,
    limit: 0.05,
    broken: 'warn',
    says: (value) => `the generator spent ${value} of the time collecting garbage`,
  },
  {
    rule: 'gc_pause',
    unit: 'us',
    value: ({ gc }) => gc.longestMicros,
    limit: ({ metrics }) => latenessLimits.p99(metrics.responseTime.p99),
    broken: 'warn',
    says: (value) => `a garbage collection held the generator up for ${value}`,
  },
  {
    rule: 'cpu_wait',
    unit: 'ratio',
    value: ({ cpuWait }) => cpuWait,
    limit: mostCpuWait,
    broken: 'warn',
    says: (value) => `the generator was ready to run and had no core for ${value} of the time`,
  },
  {
    rule: 'shared_cores',
    unit: 'ratio',
    value: ({ coresBusy }) => coresBusy,
    limit: 0.9,
    broken: 'warn',
    says: (value) => `generator and target share cores that were ${value} busy: each slows the other down`,
  },
  {
    rule: 'target_silence',
    unit: 'us',
    value: ({ silence }) => Math.round(silence.longestMillis * 1000),
    limit: ({ metrics }) => Math.max(100_000, 10 * (metrics.responseTime.p50 ?? 0)),
    broken: 'warn',
    says: (value, { silence }) =>
      silence.atEnd
        ? `the target had stopped answering when the load ended: no reply for ${value}`
        : `the target owed replies and sent none for ${value}`,
  },
  {
    rule: 'steady_throughput',
    unit: 'ratio',
    value: ({ seconds, steadyLoad }) => (steadyLoad ? drift(seconds.map(({ ok }) => ok)) : null),
    limit: 0.1,
    broken: 'warn',
    says: (value) => `no steady state: throughput drifted by ${value} from the first third to the last`,
  },
  {
    rule: 'steady_latency',
    unit: 'ratio',
    value: ({ seconds, steadyLoad }) =>
      steadyLoad ? drift(seconds.flatMap(({ responseP50 }) => (responseP50 === null ? [] : [responseP50]))) : null,
    limit: 0.1,
    broken: 'warn',
    says: (value) => `no steady state: median latency drifted by ${value} from the first third to the last`,
  },
  {
    rule: 'refused_arrivals',
    unit: 'count',
    value: ({ metrics, overflowed }) => metrics.requests.dropped - overflowed,
    limit: 0,
    broken: 'warn',
    says: (value) => `${value} arrivals found all virtual users busy and were dropped (maxVUs)`,
  },
  {
    rule: 'clamped',
    unit: 'count',
    value: ({ metrics }) => metrics.responseTime.clamped,
    limit: 0,
    broken: 'warn',
    says: (value) => `${value} times outside 0 … 1 hour were counted as 0 or 1 hour`,
  },
];

/** Everything a run is judged by. The first that fails is the reason people read first: causes before effects. */
export const rules: readonly Rule[] = [...machine, ...lateness, ...accounting, ...explanations];

function lagRules(
  kind: string,
  lagOf: (evidence: Evidence) => { readonly p50: number | null; readonly p99: number | null },
  words: string,
): Rule[] {
  return (['p50', 'p99'] as const).map((key) => ({
    rule: `${kind}_${key}`,
    unit: 'us',
    value: (evidence) => lagOf(evidence)[key],
    limit: ({ metrics }) => latenessLimits[key](metrics.responseTime[key]),
    broken: 'lateness',
    says: (value) => `${words} ${key} ${value}`,
  }));
}

/** Of all attempts to connect, those that failed for want of something this machine has so many of. */
function exhaustedShare({ connections: { connect, failures = {} } }: Metrics): number {
  const exhausted = Object.entries(failures).filter(([code]) => failureKind(code).exhausted);
  const failed = exhausted.reduce((sum, [, count]) => sum + count, 0);
  return failed === 0 ? 0 : failed / (failed + connect.count);
}

function countSeconds(seconds: readonly Second[], broken: (second: Second) => boolean): number | null {
  return seconds.length === 0 ? null : seconds.filter(broken).length;
}

/** A rule per second needs more than 5 % of the seconds, and at least three. */
function mostSeconds({ seconds }: Evidence): number {
  return Math.max(2, Math.floor(0.05 * seconds.length));
}
