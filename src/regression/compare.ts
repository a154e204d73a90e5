import { ExitCode } from '../errors.ts';
import { bootOf } from '../results/environment.ts';
import type { RunResult } from '../results/result.ts';
import { achieved, achievedRow, errorRow } from './absolute-rows.ts';
import { admit, ownRun, refusal, type Sides } from './admission.ts';
import { settlingCommands } from './advice.ts';
import type { Baseline } from './baseline.ts';
import { inWords, machineDifferences, scenarioDifferences } from './comparable.ts';
import type { Comparison, ComparisonRow, ComparisonVerdict, Difference, SideOfComparison } from './comparison.ts';
import { type Limits, noLimits } from './limits.ts';
import { logRows } from './log-rows.ts';
import { runsForBounds } from './rules.ts';
import type { StoredRun } from './run.ts';
import { type SessionPrior, sessionPrior } from './session-spread.ts';
import { median } from './statistics.ts';
import { busierNote, noticeOf, reasonsOf, verdictOf, warningsOf } from './verdict.ts';

export interface CompareRequest {
  readonly baseline: Baseline;
  /** Runs of one session of one build. */
  readonly candidate: readonly RunResult[];
  /** Baseline file for the suggested commands; default: looked up by the scenario's name. */
  readonly baselinePath?: string;
  readonly limits?: Limits;
  /** Show the numbers of another machine class; the verdict stays `not-comparable`. */
  readonly allowCrossEnv?: boolean;
  /** An inconclusive row that leans ok is not let through. */
  readonly strict?: boolean;
}

/** Judges the candidate's runs against a baseline. Never throws for what the runs contain: refusals are verdicts. */
export function compare(request: CompareRequest): Comparison {
  const { baseline, strict = false, allowCrossEnv = false } = request;
  const sides = admit(baseline, request.candidate);
  const differences = differencesOf(baseline, request.candidate);
  const described = describe(request, sides);
  const unfit = refusal(sides);
  if (unfit !== undefined) return conclude(described, 'invalid', { reasons: [unfit] });
  const refused = [...differences.scenario, ...(allowCrossEnv ? [] : differences.machine)];
  if (refused.length > 0) return notComparable(described, [...differences.scenario, ...differences.machine], []);
  const prior = sessionPrior(baseline, {
    startedAt: request.candidate[0].startedAt,
    boot: bootOf(request.candidate[0].environment),
  });
  const rows = judgeRows(request, sides, prior);
  if (differences.machine.length > 0) return notComparable(described, differences.machine, rows);
  const verdict = verdictOf(rows, strict);
  const found = {
    rows,
    reasons: reasonsOf(rows, verdict, strict),
    warnings: warningsOf(rows),
    notice: noticeOf(rows, prior),
  };
  return conclude(described, verdict, found, request.baselinePath);
}

const exitByVerdict: Readonly<Record<ComparisonVerdict, ExitCode>> = {
  ok: ExitCode.ok,
  improved: ExitCode.ok,
  regression: ExitCode.regression,
  invalid: ExitCode.invalidRun,
  'not-comparable': ExitCode.notComparable,
  inconclusive: ExitCode.inconclusive,
};

export function exitCodeOf(comparison: Comparison): ExitCode {
  return exitByVerdict[comparison.verdict];
}

function differencesOf(
  baseline: Baseline,
  candidate: readonly RunResult[],
): { readonly scenario: Difference[]; readonly machine: Difference[] } {
  const builds = [...new Set(candidate.map((run) => JSON.stringify(run.target.identity ?? null)))];
  const mixed =
    builds.length < 2
      ? []
      : [{ field: 'target build among the candidate’s runs', base: builds[0], candidate: builds[1] }];
  return {
    scenario: [...distinct(candidate.flatMap((run) => scenarioDifferences(baseline, run))), ...mixed],
    machine: distinct(candidate.flatMap((run) => machineDifferences(baseline, run))),
  };
}

function distinct(differences: readonly Difference[]): Difference[] {
  return [...new Map(differences.map((difference) => [JSON.stringify(difference), difference])).values()];
}

function judgeRows(
  { baseline, limits = noLimits }: CompareRequest,
  sides: Sides,
  prior: SessionPrior,
): ComparisonRow[] {
  const disturbed = sides.excluded.some(({ reason }) => reason !== ownRun);
  const inputs = { ...sides, baseline, limits, basis: basisOf(sides), disturbed, priorSigma: prior.sigma };
  const rows = wasBusier(sides) ? logRows(inputs).map(unproven) : logRows(inputs);
  return [...rows, achievedRow(inputs), errorRow(inputs)].filter((row) => row !== undefined);
}

/** More of the machine went to other programs than this while the candidate ran: what got slower need not be the target. */
const busierByCores = 0.1;

function wasBusier({ base, candidate }: Sides): boolean {
  const [before, after] = [base, candidate].map((runs) => medianOf(runs.map((run) => run.otherCores ?? null)));
  return before !== null && after !== null && after - before > busierByCores;
}

function unproven(row: ComparisonRow): ComparisonRow {
  if (!row.gated || row.verdict !== 'regression') return row;
  return { ...row, verdict: 'inconclusive', leaning: 'worse', note: busierNote };
}

function basisOf({ base, candidate }: Sides): Comparison['basis'] {
  return base.length >= runsForBounds && candidate.length >= runsForBounds ? 'unpaired' : 'point';
}

type Described = Omit<Comparison, 'verdict'>;

function describe({ baseline, candidate }: CompareRequest, sides: Sides): Described {
  return {
    schema: 'mcpb.comparison/1',
    scenario: { name: baseline.scenario.name, speed: baseline.speed },
    basis: basisOf(sides),
    base: {
      ...describeSide(sides.base),
      sessions: baseline.sessions.length,
      machineClass: baseline.environment.class,
      targetVersion: buildName(baseline.sessions.at(-1)?.identity),
    },
    candidate: {
      ...describeSide(sides.candidate),
      sessions: new Set(candidate.map(({ sessionId }) => sessionId)).size,
      machineClass: candidate[0]?.environment.class ?? null,
      targetVersion: buildName(candidate[0]?.target.identity),
    },
    rows: [],
    reasons: [],
    warnings: [],
    notice: null,
    differences: [],
    excludedRuns: sides.excluded,
    settledBy: [],
    seed: null,
  };
}

function describeSide(runs: readonly StoredRun[]): Pick<SideOfComparison, 'runs' | 'from' | 'conditions'> {
  return {
    runs: runs.length,
    from: runs[0]?.startedAt ?? null,
    conditions: {
      steal: medianOf(runs.map((run) => run.steal)),
      otherCores: medianOf(runs.map((run) => run.otherCores ?? null)),
      generatorLagP99: medianOf(runs.map((run) => run.metrics.generatorLag.p99)),
      achieved: medianOf(runs.map(achieved)),
    },
  };
}

function medianOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : median(known);
}

function buildName(identity: RunResult['target']['identity']): string | null {
  if (identity === undefined) return null;
  const commit = identity.gitSha === undefined ? '' : `@${identity.gitSha.slice(0, 7)}`;
  return `${identity.version}${commit}${identity.dirty === true ? '-dirty' : ''}`;
}

function notComparable(
  described: Described,
  differences: readonly Difference[],
  rows: readonly ComparisonRow[],
): Comparison {
  const reasons = [`these runs cannot be compared: ${inWords(differences)}`];
  return conclude(described, 'not-comparable', { differences, rows, reasons });
}

function conclude(
  { schema, ...described }: Described,
  verdict: ComparisonVerdict,
  found: Partial<Described>,
  baselinePath?: string,
): Comparison {
  const judged = { schema, verdict, ...described, ...found };
  return { ...judged, settledBy: settlingCommands(judged, baselinePath) };
}
