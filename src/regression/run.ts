import type { RunResult, TargetProcess } from '../results/result.ts';

/** The part of a result that a baseline keeps: no address, no scenario (kept once), no timeline. */
export type StoredRun = Pick<
  RunResult,
  | 'runId'
  | 'startedAt'
  | 'engineRevision'
  | 'model'
  | 'seed'
  | 'window'
  | 'verdict'
  | 'abortedBy'
  | 'valid'
  | 'invalidReasons'
  | 'metrics'
  | 'operations'
  | 'stages'
  | 'generator'
  | 'histograms'
> & {
  readonly targetProcess?: Omit<TargetProcess, 'pid'>;
  readonly steal: number | null;
  readonly otherCores: number | null;
};

/** Builds the stored form of a run. */
export function storedRun(result: RunResult): StoredRun {
  return {
    runId: result.runId,
    startedAt: result.startedAt,
    engineRevision: result.engineRevision,
    model: result.model,
    seed: result.seed,
    window: result.window,
    verdict: result.verdict,
    ...(result.abortedBy && { abortedBy: result.abortedBy }),
    valid: result.valid,
    invalidReasons: result.invalidReasons,
    metrics: result.metrics,
    operations: result.operations,
    stages: result.stages,
    generator: result.generator,
    histograms: result.histograms,
    ...(result.targetProcess === undefined ? {} : { targetProcess: withoutPid(result.targetProcess) }),
    steal: result.environment.steal,
    otherCores: result.environment.otherCores ?? null,
  };
}

/** Why a run may not be compared or kept, undefined when it may. Generator and machine decide, not the target, unless there is no whole run. */
export function invalidReason(run: StoredRun): string | undefined {
  if (run.abortedBy) return `the run was aborted by threshold ${run.abortedBy.expression}`;
  if (run.valid && !['invalid', 'incomplete', 'unreachable', 'interrupted'].includes(run.verdict)) return undefined;
  return run.invalidReasons[0]?.message ?? `the run was ${run.verdict}`;
}

export function isGeneratorLimited(run: StoredRun): boolean {
  return run.verdict === 'generator-limited' || run.generator.limitedBy === 'generator';
}

function withoutPid({ pid: _, ...process }: TargetProcess): Omit<TargetProcess, 'pid'> {
  return process;
}
