import { bucketOf, highestOf, lowestOf } from '../metrics/histogram.ts';
import type { Distribution, RunResult } from '../results/result.ts';
import { formatMicros } from '../units.ts';
import type { Attempt } from './attempt.ts';
import type { Case, Expectation } from './case.ts';
import type { CaseVerdict, Figure } from './document.ts';

/** Above it (µs) the server itself was kept from running, and nothing can be said of the tool. */
const mostServerLateness = 5000;
/** Findings that make a run invalid and are ours, not the machine's. */
const ownFaults = ['accounting', 'littles_law'];

export interface Judged {
  readonly verdict: CaseVerdict;
  readonly figures: readonly Figure[];
  /** Why the machine was too disturbed to tell. */
  readonly disturbances: readonly string[];
}

/**
 * Every figure of a run beside its truth. A run the machine spoilt is neither passed nor failed, unless all that it tells is
 * right to a tolerance that no lateness made wider.
 */
export function judge(one: Case, attempt: Attempt): Judged {
  const expected = one.expected(attempt);
  const figures = expected.map((expectation) => compare(expectation, one.spacing, attempt));
  const broken = attempt.result.invalidReasons.some(isOurs);
  const certain = figures.every(
    ({ unit, passed }, n) => passed && (unit === 'count' || expected[n].within !== undefined),
  );
  if (certain) return { verdict: broken ? 'failed' : 'passed', figures, disturbances: [] };
  const failed = broken || figures.some(({ passed }) => !passed);
  const spoilt = disturbancesOf(attempt);
  const disturbances =
    spoilt.length > 0 || broken ? spoilt : [...imprecise(one, figures), ...explained(one, expected, attempt)];
  return { verdict: disturbances.length > 0 ? 'disturbed' : failed ? 'failed' : 'passed', figures, disturbances };
}

function compare({ figure, unit, truth, within, measured }: Expectation, spacing: number, attempt: Attempt): Figure {
  const error = measured === null ? null : measured - truth;
  const lateness = () => toleranceOf(truth, spacing, attempt, figure === 'p999' ? 'p999' : 'p99');
  const tolerance = unit === 'count' ? 0 : (within ?? lateness());
  return { figure, unit, truth, measured, error, tolerance, passed: error !== null && Math.abs(error) <= tolerance };
}

/**
 * What may lie between truth and report of a time, µs: one arrival spacing, our lag out and back and the server's own
 * lateness, each at p99 (at p99.9 for that percentile), and one step of the histogram.
 */
function toleranceOf(truth: number, spacing: number, { result, server }: Attempt, key: LatenessKey): number {
  const { generatorLag, receiveLag } = result.metrics;
  const bucket = bucketOf(truth);
  const step = highestOf(bucket) - lowestOf(bucket) + 1;
  return Math.ceil(spacing * 1000 + late(generatorLag, key) + late(receiveLag, key) + server.lateness[key] + step);
}

function imprecise({ precision = Number.POSITIVE_INFINITY }: Case, figures: readonly Figure[]): string[] {
  const p99 = figures.find(({ figure }) => figure === 'p99');
  if (!p99?.passed || Math.abs(p99.error!) <= precision * 1000) return [];
  return [`p99 of ${formatMicros(p99.measured!)} is not within ${precision} ms: too late by itself to tell it closer`];
}

/** Where all that is outside its tolerance may be lateness, that proves nothing either way. */
function explained(one: Case, expected: readonly Expectation[], attempt: Attempt): string[] {
  const outside = expected.filter((expectation) => !compare(expectation, one.spacing, attempt).passed);
  if (!outside.every((expectation) => mayBeLateness(expectation, one.spacing, attempt))) return [];
  return outside.map(
    ({ figure, measured }) => `${figure} of ${formatMicros(measured!)}: late by itself in so many requests`,
  );
}

/**
 * No percentile of a sum is bounded by those of its parts at the same place. With the parts at p99, p99.9 or their worst,
 * at most 3 %, 0.3 % or none of the sums are larger, so that, whichever is less,
 *
 *     p50, p90 ≤ truth(p + 3 %) + Σ p99      p99 ≤ truth(p + 0.3 %) + Σ p99.9      all ≤ truth(p) + Σ worst
 */
function mayBeLateness(
  { figure, truth, truthBesides, within = 0, measured }: Expectation,
  spacing: number,
  attempt: Attempt,
): boolean {
  if (measured === null || truthBesides === undefined || measured < truth) return false;
  const key = figure === 'p999' || figure === 'max' ? 'max' : figure === 'p99' ? 'p999' : 'p99';
  const most = truthBesides + toleranceOf(truthBesides, spacing, attempt, key);
  return measured <= within + Math.min(most, truth + toleranceOf(truth, spacing, attempt, 'max'));
}

type LatenessKey = 'p99' | 'p999' | 'max';

/** A percentile, or the worst where there are too few samples for it. */
function late(lag: Distribution, key: LatenessKey): number {
  return lag[key] ?? lag.max ?? 0;
}

function disturbancesOf({ result, server }: Attempt): string[] {
  const found = result.invalidReasons.filter((finding) => !isOurs(finding)).map(({ message }) => message);
  if (result.model === 'closed' && result.generator.limitedBy === 'generator')
    found.push('the generator had no core to itself or was late');
  if (server.lateness.p99 > mostServerLateness)
    found.push(`the server was late by its own account: p99 ${formatMicros(server.lateness.p99)}`);
  return found;
}

function isOurs({ code }: RunResult['invalidReasons'][number]): boolean {
  return ownFaults.includes(code);
}
