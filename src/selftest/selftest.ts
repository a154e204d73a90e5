import { randomBytes } from 'node:crypto';
import { ExitCode } from '../errors.ts';
import { reportOf } from './case-report.ts';
import type { CaseReport, CaseVerdict, RateReport, SelftestReport } from './document.ts';
import { mainTransports } from './endpoint.ts';
import { percentiles } from './expectation.ts';
import { highestRate } from './rate.ts';
import { type Selection, trialsOf } from './trials.ts';

/** Where only some cases are selected there are no highest rates. */
export interface SelftestOptions extends Selection {
  readonly createdBy: string;
  /** Either signal ends it without a report. */
  readonly stop: AbortSignal;
  readonly now: AbortSignal;
  /** Told what is being measured, one line at a time. */
  readonly progress: (line: string) => void;
}

/** A case that failed in a valid run is proof, whatever became of the others. */
const exitCodes: Readonly<Record<CaseVerdict, ExitCode>> = {
  passed: ExitCode.ok,
  failed: ExitCode.thresholdsFailed,
  disturbed: ExitCode.invalidRun,
};

/**
 * Measures servers whose true answers are known, through the whole engine, and holds its reports against the truth.
 * Throws McpbError MCPB_E_USAGE where there is nothing to measure, MCPB_E_INTERRUPTED.
 */
export async function selftest(options: SelftestOptions): Promise<SelftestReport> {
  const { depth, only, transports, createdBy, progress } = options;
  const context = { ...options, sessionId: randomBytes(6).toString('hex') };
  const startedAt = new Date().toISOString();
  const reports: CaseReport[] = [];
  for (const trial of trialsOf(options)) reports.push(await reportOf(trial, context, progress));
  const rates: RateReport[] = [];
  for (const transport of only === undefined ? mainTransports.filter((one) => transports.includes(one)) : []) {
    progress(`highest rate over ${transport}`);
    rates.push(await highestRate(transport, depth, context));
  }
  const verdict = worst(reports);
  return {
    ...{ schema: 'mcpb.selftest/1', createdBy, startedAt, depth, verdict, exitCode: exitCodes[verdict] },
    ...{ cases: reports, ownError: ownError(reports), rates },
  };
}

function worst(reports: readonly CaseReport[]): CaseVerdict {
  const has = (wanted: CaseVerdict) => reports.some(({ verdict }) => verdict === wanted);
  if (has('failed')) return 'failed';
  return has('disturbed') ? 'disturbed' : 'passed';
}

/** Of open schedules in undisturbed runs only: a closed loop does not measure the same thing. */
function ownError(reports: readonly CaseReport[]): SelftestReport['ownError'] {
  const figures = reports
    .filter(({ model, verdict }) => model === 'open' && verdict !== 'disturbed')
    .flatMap((report) => report.figures);
  const errors = Object.keys(percentiles).flatMap((name) => {
    const found = figures.filter(({ figure, error }) => figure === name && error !== null);
    return found.length === 0 ? [] : [[name, Math.max(...found.map(({ error }) => Math.abs(error!)))] as const];
  });
  return Object.fromEntries(errors);
}
