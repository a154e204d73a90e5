/** `mcpb.comparison/1`: what `compare --json` prints. Times in µs, ratios 0…1, percentages in percent. */
export interface Comparison {
  readonly schema: 'mcpb.comparison/1';
  readonly verdict: ComparisonVerdict;
  readonly scenario: { readonly name: string; readonly speed: number };
  /** unpaired: ≥ 5 runs a side, Mann–Whitney bounds; point: medians only. */
  readonly basis: Basis;
  readonly base: SideOfComparison;
  readonly candidate: SideOfComparison;
  readonly rows: readonly ComparisonRow[];
  /** Why the verdict is what it is, the decisive one first. */
  readonly reasons: readonly string[];
  readonly warnings: readonly string[];
  /** To be read first: why no row could be shown to be ok; null when that is not so. */
  readonly notice: string | null;
  /** Fields in which scenario, target or machine differ; the reason of `not-comparable`. */
  readonly differences: readonly Difference[];
  readonly excludedRuns: readonly ExcludedRun[];
  /** Shell commands that would settle an open verdict. */
  readonly settledBy: readonly string[];
  /** null: nothing in this comparison is random. */
  readonly seed: null;
}

export type ComparisonVerdict = 'ok' | 'regression' | 'improved' | 'inconclusive' | 'not-comparable' | 'invalid';
export type Basis = 'unpaired' | 'point';

export interface SideOfComparison {
  readonly runs: number;
  readonly sessions: number;
  /** Start of the first run, ISO 8601. */
  readonly from: string | null;
  readonly machineClass: string | null;
  readonly targetVersion: string | null;
  /** Medians over the runs of what could explain a difference; null = not known. */
  readonly conditions: Conditions;
}

export interface Conditions {
  readonly steal: number | null;
  /** Cores other programs used. */
  readonly otherCores: number | null;
  readonly generatorLagP99: number | null;
  /** Replies received ÷ requests planned. */
  readonly achieved: number | null;
}

export interface Difference {
  readonly field: string;
  readonly base: string;
  readonly candidate: string;
}

export interface ExcludedRun {
  readonly side: 'base' | 'candidate';
  readonly runId: string;
  readonly reason: string;
}

export interface ComparisonRow {
  readonly metric: string;
  readonly operation?: string;
  readonly stage?: string;
  readonly unit: 'us' | 'per_second' | 'bytes' | 'ratio';
  readonly scale: 'log' | 'absolute';
  readonly direction: Direction;
  readonly basis: Basis;
  /** tail: fails when proven, warns when suspected; shown: never gated. */
  readonly kind: RowKind;
  readonly base: SideSummary;
  readonly candidate: SideSummary;
  /** (candidate − base) / base; absolute rows: the difference in percentage points. */
  readonly changePercent: number | null;
  readonly intervalPercent: readonly [number, number] | null;
  /** Two-sided Mann–Whitney. */
  readonly p: number | null;
  /** Ratio; absolute rows: allowed difference. */
  readonly limit: number;
  /** µs below which a difference of latencies is not a regression. */
  readonly floor: number | null;
  /** One-sided error rates behind a REGRESSION and behind an OK. */
  readonly alpha: { readonly fail: number; readonly pass: number } | null;
  /** Assumed or measured standard deviation between sessions, as a ratio. */
  readonly sessionSpread: number | null;
  /** Smallest worsening this row could have proven, as a ratio. */
  readonly detectable: number | null;
  readonly gated: boolean;
  readonly notGatedReason?: string;
  readonly verdict: RowVerdict;
  /** Which way an inconclusive row leans. */
  readonly leaning?: Leaning;
  readonly note?: string;
}

export type Direction = 'up-is-worse' | 'down-is-worse';
export type RowKind = 'primary' | 'tail' | 'shown';
export type RowVerdict = 'ok' | 'regression' | 'improved' | 'inconclusive';
export type Leaning = 'ok' | 'worse';

export interface SideSummary {
  /** null: not measured. */
  readonly median: number | null;
  /** The median falls among requests without a reply: it is that or more. */
  readonly bound?: '>=';
  /** Half-width of the 95 % interval of the median ÷ median (fewer than 6 runs: half the range); absolute rows: not divided. */
  readonly spread: number | null;
  readonly n: number;
}
