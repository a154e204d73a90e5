import type { Part, Threshold } from './thresholds.ts';

/**
 * What was measured of a threshold's metric, or in words why nothing was. `atLeast`: it falls on exchanges that were
 * given up, so that it breaks a limit from above whatever their time-out was.
 */
export type Measured =
  | { readonly value: number; readonly atLeast?: true; readonly generatorShare?: number }
  | { readonly missing: string };

export interface MetricSource {
  measure(threshold: Threshold): Measured;
}

/** Times in ms. */
interface Found {
  /** null: no data, or a percentile among exchanges that were given up. */
  readonly value: number | null;
  /** Where it falls among exchanges that were given up, what is known of it. */
  readonly atLeast?: number;
  /** Share of a response time that is the generator's own lateness, where it is more than max(50 µs, 10 %). */
  readonly generatorShare?: number;
}

export interface ThresholdResult extends Found {
  readonly expression: string;
  readonly passed: boolean;
  readonly noData?: true;
  /** Why there is no data. */
  readonly reason?: string;
  /** Where the load changes from stage to stage, one row each; `value` is the worst of them. */
  readonly stages?: readonly StageRow[];
  /** It ended the run before its time: `value` is the one it had then. */
  readonly aborted?: true;
}

/** A stage with too few samples is not gated: null neither passed nor failed. */
export interface StageRow extends Part, Found {
  readonly passed: boolean | null;
  readonly notGatedReason?: string;
}

/** One result a threshold, in order; without samples it fails as no data. */
export function evaluate(thresholds: readonly Threshold[], source: MetricSource): ThresholdResult[] {
  return thresholds.map((threshold) => {
    const { expression, parts } = threshold;
    if (parts !== undefined) return { expression, ...inParts(threshold, parts, source) };
    const measured = source.measure(threshold);
    return { expression, ...('missing' in measured ? noData(measured.missing) : judged(measured, threshold)) };
  });
}

function noData(reason: string) {
  return { value: null, passed: false, noData: true, reason } as const;
}

function judged({ value, atLeast, generatorShare }: Exclude<Measured, { missing: string }>, threshold: Threshold) {
  if (atLeast) return { value: null, atLeast: value, passed: false };
  const found = { value, passed: holds(value, threshold) };
  return generatorShare === undefined ? found : { ...found, generatorShare };
}

/** It must hold in every stage that has enough samples, and there must be one. */
function inParts(
  threshold: Threshold,
  parts: readonly Part[],
  source: MetricSource,
): Omit<ThresholdResult, 'expression'> {
  const stages = parts.map(({ scenario, stage }): StageRow => {
    const selector = { ...threshold.selector, scenario, stage: String(stage) };
    const measured = source.measure({ ...threshold, selector });
    if ('missing' in measured) return { scenario, stage, value: null, passed: null, notGatedReason: measured.missing };
    return { scenario, stage, ...judged(measured, threshold) };
  });
  const gated = stages.filter(({ passed }) => passed !== null);
  if (gated.length === 0) return { ...noData(`no stage has enough samples (${stages[0].notGatedReason})`), stages };
  const { scenario: _, stage: _number, passed: _passed, ...worst } = worstOf(gated, threshold);
  return { ...worst, passed: gated.every(({ passed }) => passed), stages };
}

function worstOf(rows: readonly StageRow[], { operator }: Threshold): StageRow {
  const failed = rows.filter(({ passed }) => !passed);
  const candidates = failed.length > 0 ? failed : rows;
  const sign = operator === '>' || operator === '>=' ? -1 : 1;
  const badness = ({ value }: StageRow) => (value === null ? Number.POSITIVE_INFINITY : sign * value);
  return candidates.reduce((worst, row) => (badness(row) > badness(worst) ? row : worst));
}

function holds(value: number, { operator, bound }: Threshold): boolean {
  switch (operator) {
    case '<':
      return value < bound;
    case '<=':
      return value <= bound;
    case '>':
      return value > bound;
    case '>=':
      return value >= bound;
    case '==':
      return value === bound;
    case '!=':
      return value !== bound;
  }
}
