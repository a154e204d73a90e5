import type { SelftestTransport } from './endpoint.ts';

/** `disturbed`: the machine did not let it be told. */
export type CaseVerdict = 'passed' | 'failed' | 'disturbed';

/** A figure of the engine's report beside its truth; times in whole µs. */
export interface Figure {
  readonly figure: string;
  readonly unit: 'us' | 'count';
  readonly truth: number;
  readonly measured: number | null;
  readonly error: number | null;
  readonly tolerance: number;
  readonly passed: boolean;
}

export interface CaseReport {
  readonly name: string;
  readonly says: string;
  readonly transport: SelftestTransport;
  readonly model: 'open' | 'closed' | 'session';
  /** Runs made: more than one where the machine had spoilt the ones before. */
  readonly attempts: number;
  readonly verdict: CaseVerdict;
  readonly figures: readonly Figure[];
  /** What disturbed the last run, and the ones before. */
  readonly disturbances: readonly string[];
  /** What the tolerance of its times is made of, p99 in µs. */
  readonly lateness: { readonly generator: number; readonly receive: number; readonly server: number };
  readonly machine: string;
}

/** Highest rate in a closed loop against the cheapest server, and what a request costs the generator there. */
export interface RateReport {
  readonly transport: SelftestTransport;
  readonly connections: number;
  readonly requestsPerSecond: number;
  readonly cpuMicrosPerRequest: number | null;
  readonly userMicrosPerRequest: number | null;
  /** Cores used on either side. */
  readonly generatorCores: number;
  readonly serverCores: number | null;
  /** The side that had no core left: the rate is its limit. */
  readonly limitedBy: 'generator' | 'server' | 'both' | 'neither';
}

/** `mcpb.selftest/1` */
export interface SelftestReport {
  readonly schema: 'mcpb.selftest/1';
  readonly createdBy: string;
  readonly startedAt: string;
  readonly depth: 'quick' | 'full';
  readonly verdict: CaseVerdict;
  readonly exitCode: number;
  readonly cases: readonly CaseReport[];
  /** Largest error of each percentile over all cases of an open schedule, µs. */
  readonly ownError: Readonly<Partial<Record<string, number>>>;
  readonly rates: readonly RateReport[];
}
