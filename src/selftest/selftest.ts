import { randomBytes } from 'node:crypto';
import { ExitCode, McpbError } from '../errors.ts';
import { type Attempt, attempt, type RunContext } from './attempt.ts';
import { type Case, type CaseName, caseNames, cases, type Depth } from './case.ts';
import type { CaseReport, CaseVerdict, SelftestReport } from './document.ts';
import type { SelftestTransport } from './endpoint.ts';
import { percentiles } from './expectation.ts';
import { type Judged, judge } from './judge.ts';
import { highestRate } from './rate.ts';

export interface SelftestOptions {
  readonly depth: Depth;
  readonly transports: readonly SelftestTransport[];
  readonly createdBy: string;
  readonly stop: AbortSignal;
  readonly now: AbortSignal;
  /** Told what is being measured, one line at a time. */
  readonly progress: (line: string) => void;
}

/** Runs of a case that the machine spoilt are made again, so often in all. */
const mostAttempts = 3;

const exitCodes: Readonly<Record<CaseVerdict, ExitCode>> = {
  passed: ExitCode.ok,
  failed: ExitCode.thresholdsFailed,
  disturbed: ExitCode.invalidRun,
};

/** Measures servers whose true answers are known, through the whole engine, and holds the reports against the truth. */
export async function selftest(options: SelftestOptions): Promise<SelftestReport> {
  const { depth, transports, createdBy, progress } = options;
  const context = { sessionId: randomBytes(6).toString('hex'), ...options };
  const startedAt = new Date().toISOString();
  const reports: CaseReport[] = [];
  for (const name of caseNames) {
    const one: Case = cases[name](depth);
    for (const transport of transports.filter((candidate) => one.transports.includes(candidate)))
      reports.push(await reportOf(name, one, transport, context, progress));
  }
  const rates = [];
  for (const transport of transports) {
    progress(`highest rate over ${transport}`);
    rates.push(await highestRate(transport, depth, whileWanted(context)));
  }
  const verdict = worst(reports.map((report) => report.verdict));
  return {
    schema: 'mcpb.selftest/1',
    createdBy,
    startedAt,
    depth,
    verdict,
    exitCode: exitCodes[verdict],
    cases: reports,
    ownError: ownError(reports),
    rates,
  };
}

async function reportOf(
  name: CaseName,
  one: Case,
  transport: SelftestTransport,
  context: RunContext,
  progress: (line: string) => void,
): Promise<CaseReport> {
  const disturbances: string[] = [];
  for (let attempts = 1; ; attempts++) {
    progress(`${name} over ${transport}${attempts > 1 ? `, again (${attempts} of ${mostAttempts})` : ''}`);
    const run = await attempt(one, transport, whileWanted(context));
    const judged = judge(one, run);
    disturbances.push(...judged.disturbances);
    if (judged.verdict !== 'disturbed' || attempts === mostAttempts)
      return {
        name,
        says: one.says,
        transport,
        attempts,
        ...summary(run, judged),
        disturbances,
        machine: machineOf(run),
      };
  }
}

function summary({ result, server }: Attempt, { verdict, figures }: Judged) {
  const { generatorLag, receiveLag } = result.metrics;
  const lateness = {
    generator: generatorLag.p99 ?? generatorLag.max ?? 0,
    receive: receiveLag.p99 ?? receiveLag.max ?? 0,
    server: server.lateness.p99,
  };
  return { model: result.model, verdict, figures, lateness };
}

function machineOf({ result: { environment } }: Attempt): string {
  const { cpuModel, cores, os, kernel, node } = environment;
  return `${cpuModel}, ${cores} cores, ${os} ${kernel}, Node ${node}`;
}

/** A selftest that is cut short proves nothing. */
function whileWanted(context: RunContext): RunContext {
  if (context.stop.aborted)
    throw new McpbError('MCPB_E_INTERRUPTED', 'interrupted before the selftest was over', {
      hint: 'with --quick it takes about a minute',
    });
  return context;
}

function worst(verdicts: readonly CaseVerdict[]): CaseVerdict {
  if (verdicts.includes('failed')) return 'failed';
  return verdicts.includes('disturbed') ? 'disturbed' : 'passed';
}

/** Of open schedules only: a closed loop does not measure the same thing. */
function ownError(reports: readonly CaseReport[]): Partial<Record<string, number>> {
  const figures = reports.filter(({ model }) => model === 'open').flatMap((report) => report.figures);
  const errors = Object.keys(percentiles).flatMap((name) => {
    const found = figures.filter(({ figure, error }) => figure === name && error !== null);
    return found.length === 0 ? [] : [[name, Math.max(...found.map(({ error }) => Math.abs(error!)))] as const];
  });
  return Object.fromEntries(errors);
}
