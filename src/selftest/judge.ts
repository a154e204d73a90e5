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

/** Every figure of a run beside its truth. A run the machine spoilt is neither passed nor failed. */
export function judge(one: Case, attempt: Attempt): Judged {
  const figures = one.expected(attempt).map((expectation) => compare(expectation, one.spacing, attempt));
  const disturbances = disturbancesOf(attempt);
  const counted = figures.every(({ unit, passed }) => unit === 'count' && passed);
  if (counted) return { verdict: 'passed', figures, disturbances: [] };
  const failed = figures.some(({ passed }) => !passed) || attempt.result.invalidReasons.some(isOurs);
  return { verdict: disturbances.length > 0 ? 'disturbed' : failed ? 'failed' : 'passed', figures, disturbances };
}

function compare({ figure, unit, truth, measured }: Expectation, spacing: number, attempt: Attempt): Figure {
  const error = measured === null ? null : measured - truth;
  const tolerance = unit === 'count' ? 0 : toleranceOf(figure, truth, spacing, attempt);
  return { figure, unit, truth, measured, error, tolerance, passed: error !== null && Math.abs(error) <= tolerance };
}

/**
 * What may lie between truth and report of a time, µs: one arrival spacing, our lag out and back and the server's own
 * lateness, each at p99 (at p99.9 for that percentile), and one step of the histogram.
 */
function toleranceOf(figure: string, truth: number, spacing: number, { result, server }: Attempt): number {
  const key = figure === 'p999' ? 'p999' : 'p99';
  const { generatorLag, receiveLag } = result.metrics;
  const bucket = bucketOf(truth);
  const step = highestOf(bucket) - lowestOf(bucket) + 1;
  return Math.ceil(spacing * 1000 + late(generatorLag, key) + late(receiveLag, key) + server.lateness[key] + step);
}

/** A percentile, or the worst where there are too few samples for it. */
function late(lag: Distribution, key: 'p99' | 'p999'): number {
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
