import { formatCount } from '../units.ts';
import type { Baseline } from './baseline.ts';
import type { Basis, ComparisonRow, SideSummary } from './comparison.ts';
import type { Limits } from './limits.ts';
import { isMedianAtLeast, judgeLowerBounds, type Side } from './lower-bounds.ts';
import { type GateMetric, gateMetrics, type Scope } from './metrics.ts';
import { alpha, type Judgement, judgePoint, judgeUnpaired } from './rules.ts';
import { isGeneratorLimited, type StoredRun } from './run.ts';
import { measuredSpread } from './session-spread.ts';
import { median, medianHalfWidth } from './statistics.ts';

/** Differences of latencies below this are not worth a verdict: what clocks and schedulers do by themselves, in µs. */
const latencyFloor = 20;

export interface RowInputs {
  readonly baseline: Baseline;
  readonly base: readonly StoredRun[];
  readonly candidate: readonly StoredRun[];
  readonly basis: Basis;
  /** Some runs of this comparison were invalid: the machine was noisy while the others were made. */
  readonly disturbed: boolean;
  readonly limits: Limits;
  /** Spread between sessions where the baseline has too few to measure it. */
  readonly priorSigma: number;
}

/** Rows on a logarithmic scale: one per metric, latencies one per stage of a staged scenario. */
export function logRows(inputs: RowInputs): ComparisonRow[] {
  const whole: Scope = { metrics: (run) => run.metrics };
  const stages = stageScopes(inputs.candidate[0]);
  return gateMetrics.flatMap((metric) => {
    const scopes = metric.per === 'run' || stages.length < 2 ? [whole] : stages;
    return scopes.map((scope) => logRow(metric, scope, inputs));
  });
}

function stageScopes(run: StoredRun): Scope[] {
  const several = new Set(run.stages.map(({ scenario }) => scenario)).size > 1;
  return run.stages.map(({ scenario, name }, index) => ({
    stage: several ? `${scenario}${name === '' ? '' : `/${name}`}` : name || String(index),
    metrics: (other) => other.stages[index]?.metrics,
  }));
}

function logRow(metric: GateMetric, scope: Scope, inputs: RowInputs): ComparisonRow {
  const base = sideOf(metric, scope, inputs.base);
  const candidate = sideOf(metric, scope, inputs.candidate);
  const sigma = spreadBetweenSessions(metric, scope, inputs);
  const limit = inputs.limits.metrics[metric.name] ?? inputs.limits.all ?? metric.limit;
  const row = {
    metric: metric.name,
    ...(scope.stage === undefined ? {} : { stage: scope.stage }),
    unit: metric.unit,
    scale: 'log',
    direction: metric.direction,
    basis: inputs.basis,
    kind: metric.kind,
    base: summary(base),
    candidate: summary(candidate),
    limit,
    floor: metric.latency ? latencyFloor : null,
    alpha: inputs.basis === 'unpaired' ? alpha : null,
    sessionSpread: inputs.basis === 'unpaired' ? sigma : null,
  } as const;
  const reason = notGated(metric, scope, inputs);
  if (!allPositive(base.values, inputs.base.length) || !allPositive(candidate.values, inputs.candidate.length))
    return { ...row, ...noJudgement, ...noData(metric, inputs.limits, reason ?? 'not measured') };
  const { basis, disturbed } = inputs;
  const judgement = judgeLowerBounds(base, candidate, (values) =>
    judge({ metric, values, limit, sigma, basis, disturbed }),
  );
  if (reason !== undefined) return { ...row, ...judgement, ...noData(metric, inputs.limits, reason) };
  if (metric.needsIdleGenerator && [...inputs.base, ...inputs.candidate].some(isGeneratorLimited))
    return {
      ...row,
      ...judgement,
      gated: true,
      verdict: 'inconclusive',
      leaning: 'worse',
      note: 'the generator was the limit',
    };
  return { ...row, ...judgement, gated: true };
}

const noJudgement = {
  changePercent: null,
  intervalPercent: null,
  p: null,
  detectable: null,
  verdict: 'inconclusive',
} as const;

interface Case {
  readonly metric: GateMetric;
  readonly values: { readonly base: readonly number[]; readonly candidate: readonly number[] };
  readonly limit: number;
  readonly sigma: number;
  readonly basis: Basis;
  readonly disturbed: boolean;
}

function judge({ metric, values, limit, sigma, basis, disturbed }: Case): Judgement {
  const question = { ...values, direction: metric.direction, limit, floor: metric.latency ? latencyFloor : 0 };
  if (basis === 'unpaired') return judgeUnpaired(question, sigma);
  const judgement = judgePoint(question, metric.decidesAtOnce && !disturbed);
  const suspected = disturbed && metric.decidesAtOnce && judgement.verdict === 'inconclusive';
  return suspected ? { ...judgement, note: 'other runs were disturbed' } : judgement;
}

/** A metric that was asked for by name fails as "no data" instead of being left out. */
function noData(
  metric: GateMetric,
  limits: Limits,
  reason: string,
): Pick<ComparisonRow, 'gated' | 'notGatedReason' | 'verdict' | 'leaning' | 'note'> {
  if (limits.metrics[metric.name] === undefined)
    return { gated: false, notGatedReason: reason, verdict: 'inconclusive' };
  return { gated: true, verdict: 'inconclusive', leaning: 'worse', note: `no data: ${reason}` };
}

function notGated(metric: GateMetric, scope: Scope, inputs: RowInputs): string | undefined {
  if (metric.kind === 'shown') return 'shown only';
  const runs = [...inputs.base, ...inputs.candidate];
  const { resolved } = inputs.baseline.scenario;
  const exempt = runs.map((run) => metric.exempt?.(run, resolved)).find((reason) => reason !== undefined);
  if (exempt !== undefined) return exempt;
  const { samples, percentile } = metric;
  if (samples === undefined || percentile === undefined) return undefined;
  const fewest = Math.min(...runs.map((run) => samples(run, scope)));
  const needed = samplesNeeded(percentile, inputs.basis);
  return fewest < needed ? `n=${formatCount(fewest)} < ${formatCount(needed)}` : undefined;
}

/** Samples every run needs before its percentile p is gated. */
function samplesNeeded(percentile: number, basis: Basis): number {
  return Math.round((basis === 'point' ? 100 : 20) / (1 - percentile));
}

function spreadBetweenSessions(metric: GateMetric, scope: Scope, inputs: RowInputs): number {
  const kept = new Set(inputs.base);
  const sessions = inputs.baseline.sessions.map((session) =>
    readAll(
      metric,
      scope,
      session.runs.filter((run) => kept.has(run)),
    ),
  );
  return measuredSpread(sessions.filter((values) => values.every((value) => value > 0))) ?? inputs.priorSigma;
}

function readAll(metric: GateMetric, scope: Scope, runs: readonly StoredRun[]): number[] {
  return runs.map((run) => metric.read(run, scope)).filter((value) => value !== null);
}

function sideOf(metric: GateMetric, scope: Scope, runs: readonly StoredRun[]): Side {
  const measured = runs.filter((run) => metric.read(run, scope) !== null);
  return {
    values: readAll(metric, scope, measured),
    atLeast: measured.map((run) => metric.atLeast?.(run, scope) ?? false),
  };
}

function allPositive(values: readonly number[], runs: number): boolean {
  return values.length === runs && values.every((value) => value > 0);
}

function summary(side: Side): SideSummary {
  const { values } = side;
  if (values.length === 0) return { median: null, spread: null, n: 0 };
  const middle = median(values);
  const halfWidth = medianHalfWidth(values);
  return {
    median: middle,
    ...(isMedianAtLeast(side) && { bound: '>=' as const }),
    spread: halfWidth === null || middle === 0 ? null : halfWidth / middle,
    n: values.length,
  };
}
