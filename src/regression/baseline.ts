import { McpbError } from '../errors.ts';
import { bootOf } from '../results/environment.ts';
import { fileSafe } from '../results/files.ts';
import type { Environment, RunResult, TargetInfo } from '../results/result.ts';
import { type Comparable, inWords, machineDifferences, scenarioDifferences } from './comparable.ts';
import type { ExcludedRun } from './comparison.ts';
import { invalidReason, type StoredRun, storedRun } from './run.ts';

/**
 * `mcpb.baseline/1`: valid runs of one scenario on one machine class, by session. Nothing in it names a host, a user,
 * an address, a path or a secret, so that it can be committed.
 */
export interface Baseline extends Comparable {
  readonly schema: 'mcpb.baseline/1';
  /** Readers of a lower version must refuse the file. */
  readonly minReader: number;
  readonly createdBy: string;
  readonly model: RunResult['model'];
  readonly target: Pick<TargetInfo, 'transport' | 'era' | 'server' | 'arguments'>;
  readonly generator: { readonly workers: number; readonly pacing: string };
  /** Of the newest session. */
  readonly environment: Environment;
  /** Oldest first, the last ten. */
  readonly sessions: readonly BaselineSession[];
  /** A slower state taken as the new measure on purpose. */
  readonly accepted?: { readonly reason: string; readonly at: string };
}

export interface BaselineSession {
  readonly id: string;
  readonly boot: string | null;
  readonly identity?: TargetInfo['identity'];
  readonly runs: readonly StoredRun[];
}

const keptSessions = 10;

/** A baseline of these runs alone. MCPB_E_INVALID_RUN when none is valid, MCPB_E_NOT_COMPARABLE when they do not belong together. */
export function baselineOf(results: readonly RunResult[]): {
  readonly baseline: Baseline;
  readonly refused: readonly ExcludedRun[];
} {
  const refused = results.flatMap((result) => refusal(result) ?? []);
  const valid = results.filter((result) => refusal(result) === undefined);
  const newest = valid.at(-1);
  if (newest === undefined) throw noValidRun(refused);
  for (const result of valid) mustAgree(newest, result);
  return { baseline: { ...describe(newest), sessions: sessionsOf(valid) }, refused };
}

/** `existing` with the sessions of `added`; runs it already has are not doubled. */
export function appended(existing: Baseline, added: Baseline): Baseline {
  mustAgree(existing, added);
  const sessions = new Map(existing.sessions.map((session) => [session.id, session]));
  for (const session of added.sessions) {
    const known = sessions.get(session.id)?.runs ?? [];
    const fresh = session.runs.filter((run) => !known.some(({ runId }) => runId === run.runId));
    sessions.set(session.id, { ...session, ...sessions.get(session.id), runs: [...known, ...fresh] });
  }
  return {
    ...existing,
    createdBy: added.createdBy,
    environment: added.environment,
    sessions: [...sessions.values()].sort(byStart).slice(-keptSessions),
  };
}

/** `<scenario>[@x<speed>].<machine class>.json` */
export function baselineFileName(run: Pick<Comparable, 'scenario' | 'speed' | 'environment'>): string {
  return `${baselineStem(run.scenario.name, run.speed)}.${run.environment.class}.json`;
}

export function baselineStem(scenario: string, speed: number): string {
  return fileSafe(speed === 1 ? scenario : `${scenario}@x${speed}`);
}

export function runsOf(baseline: Baseline): StoredRun[] {
  return baseline.sessions.flatMap((session) => session.runs);
}

function describe(result: RunResult): Omit<Baseline, 'sessions'> {
  const { transport, era, server, arguments: made } = result.target;
  return {
    schema: 'mcpb.baseline/1',
    minReader: 1,
    createdBy: result.createdBy,
    engineRevision: result.engineRevision,
    model: result.model,
    speed: result.speed,
    scenario: result.scenario,
    target: {
      transport,
      era,
      ...(server === undefined ? {} : { server }),
      ...(made === undefined ? {} : { arguments: made }),
    },
    generator: { workers: result.generator.workers, pacing: result.generator.pacing },
    environment: result.environment,
  };
}

function sessionsOf(results: readonly RunResult[]): BaselineSession[] {
  const groups = Map.groupBy(results, (result) => result.sessionId);
  return [...groups]
    .map(([id, runs]) => ({ id, boot: bootOf(runs[0].environment), ...identityOf(runs), runs: runs.map(storedRun) }))
    .sort(byStart);
}

function identityOf(runs: readonly RunResult[]): Pick<BaselineSession, 'identity'> {
  const [first, ...others] = new Set(runs.map((run) => JSON.stringify(run.target.identity)));
  if (others.length > 0)
    throw new McpbError('MCPB_E_NOT_COMPARABLE', 'the runs of one session are of different builds of the target', {
      hint: 'give the runs of one build only',
    });
  return first === undefined ? {} : { identity: runs[0].target.identity };
}

function mustAgree(a: Comparable, b: Comparable): void {
  const differences = [...scenarioDifferences(a, b), ...machineDifferences(a, b)];
  if (differences.length === 0) return;
  throw new McpbError('MCPB_E_NOT_COMPARABLE', `these runs do not belong into one baseline: ${inWords(differences)}`, {
    hint: 'keep one baseline per scenario and machine class; -o names another file',
  });
}

function refusal(result: RunResult): ExcludedRun | undefined {
  const reason = invalidReason(storedRun(result));
  return reason === undefined ? undefined : { side: 'base', runId: result.runId, reason };
}

function noValidRun(refused: readonly ExcludedRun[]): McpbError {
  const why =
    refused.length === 0 ? 'there is no run' : refused.map(({ runId, reason }) => `${runId}: ${reason}`).join('; ');
  return new McpbError('MCPB_E_INVALID_RUN', `no valid run for a baseline (${why})`, {
    hint: 'repeat the runs on a quiet machine',
  });
}

function byStart(a: BaselineSession, b: BaselineSession): number {
  return (a.runs[0]?.startedAt ?? '').localeCompare(b.runs[0]?.startedAt ?? '');
}
