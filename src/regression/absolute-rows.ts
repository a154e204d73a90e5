import type { Comparison, ComparisonRow, Leaning, RowVerdict, SideSummary } from './comparison.ts';
import type { Limits } from './limits.ts';
import { alpha, withinRange } from './rules.ts';
import type { StoredRun } from './run.ts';
import { mannWhitney, median, medianHalfWidth } from './statistics.ts';

/** Allowed rise of the error rate: 0.1 percentage point. */
const errorLimit = 0.001;
/** Allowed shortfall of replies against the schedule of an open run. */
const shortfallLimit = 0.01;

interface Sides {
  readonly base: readonly StoredRun[];
  readonly candidate: readonly StoredRun[];
  readonly basis: Comparison['basis'];
  readonly limits: Limits;
}

/**
 * Error rate, pooled over the runs of a side. REGRESSION when it rose by more than the limit and the runs' rates are
 * higher with p ≤ 0.01 (point rule: and no run of the baseline had it); OK when the 95 % bound of the rise, clustered
 * by run, is below the limit.
 */
export function errorRow({ base, candidate, basis, limits }: Sides): ComparisonRow {
  const limit = limits.metrics.errors ?? errorLimit;
  const rates = { base: base.map(errorRate), candidate: candidate.map(errorRate) };
  const rise = pooled(candidate).rate - pooled(base).rate;
  const upper = riseBound(base, candidate);
  const test = basis === 'unpaired' ? mannWhitney(rates.base, rates.candidate) : null;
  const proven = test === null ? !withinRange(rates.base, median(rates.candidate)) : test.greater <= alpha.fail;
  return {
    ...absolute('errors', 'up-is-worse', basis, limit),
    base: { ...summary(rates.base), median: pooled(base).rate },
    candidate: { ...summary(rates.candidate), median: pooled(candidate).rate },
    changePercent: rise * 100,
    p: test?.p ?? null,
    ...decide(rise > limit, proven, upper < limit || basis === 'point'),
    note: `95 % bound of the rise ${(upper * 100).toPrecision(2)} pp`,
  };
}

/** Replies received ÷ requests planned of open runs: below 99 % the target did not keep up. */
export function achievedRow({ base, candidate, basis, limits }: Sides): ComparisonRow | undefined {
  if (candidate.some((run) => run.model === 'closed')) return undefined;
  const limit = limits.metrics.achieved ?? shortfallLimit;
  const shares = { base: base.map(achieved), candidate: candidate.map(achieved) };
  const middle = { base: median(shares.base), candidate: median(shares.candidate) };
  const test = basis === 'unpaired' ? mannWhitney(shares.candidate, shares.base) : null;
  const proven = middle.base >= 1 - limit && (test === null || test.greater <= alpha.fail);
  return {
    ...absolute('achieved', 'down-is-worse', basis, limit),
    base: summary(shares.base),
    candidate: summary(shares.candidate),
    changePercent: (middle.candidate - middle.base) * 100,
    p: test?.p ?? null,
    ...decide(middle.candidate < 1 - limit, proven, true),
  };
}

/** 1 without a plan: nothing was due, nothing is missing. */
export function achieved(run: StoredRun): number {
  const { planned, completed } = run.metrics.requests;
  return planned === 0 ? 1 : completed / planned;
}

function decide(
  beyond: boolean,
  proven: boolean,
  ruledOut: boolean,
): { readonly verdict: RowVerdict; readonly leaning?: Leaning } {
  if (beyond) return proven ? { verdict: 'regression' } : { verdict: 'inconclusive', leaning: 'worse' };
  return ruledOut ? { verdict: 'ok' } : { verdict: 'inconclusive', leaning: 'ok' };
}

/**
 * Upper 95 % bound of the rise: rise + 1.645 · √(v_base + v_candidate), v = K/(K−1) · Σ(e_i − r·n_i)² / n² over the K runs of a
 * side; with no error on the candidate's side at least 3/n.
 */
function riseBound(base: readonly StoredRun[], candidate: readonly StoredRun[]): number {
  const rise = pooled(candidate).rate - pooled(base).rate;
  const bound = rise + 1.645 * Math.sqrt(clusteredVariance(base) + clusteredVariance(candidate));
  const { errors, planned } = pooled(candidate);
  return errors === 0 ? Math.max(bound, 3 / planned) : bound;
}

function clusteredVariance(runs: readonly StoredRun[]): number {
  if (runs.length < 2) return 0;
  const { rate, planned } = pooled(runs);
  const squares = runs.reduce((sum, run) => sum + (errorsOf(run) - rate * run.metrics.requests.planned) ** 2, 0);
  return ((runs.length / (runs.length - 1)) * squares) / planned ** 2;
}

function pooled(runs: readonly StoredRun[]): {
  readonly errors: number;
  readonly planned: number;
  readonly rate: number;
} {
  const errors = runs.reduce((sum, run) => sum + errorsOf(run), 0);
  const planned = runs.reduce((sum, run) => sum + run.metrics.requests.planned, 0);
  return { errors, planned, rate: planned === 0 ? 0 : errors / planned };
}

function errorsOf(run: StoredRun): number {
  return run.metrics.requests.planned - run.metrics.outcomes.ok;
}

function errorRate(run: StoredRun): number {
  return run.metrics.requests.planned === 0 ? 0 : errorsOf(run) / run.metrics.requests.planned;
}

function summary(values: readonly number[]): SideSummary {
  return { median: median(values), spread: medianHalfWidth(values), n: values.length };
}

function absolute(metric: string, direction: ComparisonRow['direction'], basis: ComparisonRow['basis'], limit: number) {
  return {
    metric,
    unit: 'ratio',
    scale: 'absolute',
    direction,
    basis,
    kind: 'primary',
    intervalPercent: null,
    limit,
    floor: null,
    alpha: basis === 'unpaired' ? alpha : null,
    sessionSpread: null,
    detectable: null,
    gated: true,
  } as const;
}
