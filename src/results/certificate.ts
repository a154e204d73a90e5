/** How a rule came out. `unknown`: what it asks for cannot be told here, or of too few samples. */
export type RuleVerdict = 'pass' | 'warn' | 'fail' | 'unknown';

/** `us`: microseconds; `ratio`: 0…1; `seconds`: number of seconds of the run; `count`: exchanges. */
export type RuleUnit = 'us' | 'ratio' | 'seconds' | 'count';

/**
 * One input of the judgement whether a run is to be trusted: what was measured, the limit it was held against and how it
 * came out. `fail` makes the run invalid, `warn` explains and decides nothing.
 */
export interface CertificateEntry {
  readonly rule: string;
  readonly value: number | null;
  readonly limit: number;
  readonly unit: RuleUnit;
  readonly verdict: RuleVerdict;
}
