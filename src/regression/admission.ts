import type { RunResult } from '../results/result.ts';
import { type Baseline, runsOf } from './baseline.ts';
import type { ExcludedRun } from './comparison.ts';
import { invalidReason, type StoredRun, storedRun } from './run.ts';

export interface Sides {
  readonly base: readonly StoredRun[];
  readonly candidate: readonly StoredRun[];
  readonly excluded: readonly ExcludedRun[];
}

export const ownRun = 'it is one of the baseline’s own runs';
/** More invalid runs than this share of a side, and the side is refused: a slow target must not hide behind a full machine. */
const invalidShare = 0.2;

/** Leaves out invalid runs and, on the candidate's side, the baseline's own. */
export function admit(baseline: Baseline, candidate: readonly RunResult[]): Sides {
  const base = runsOf(baseline);
  const own = new Set(base.map(({ runId }) => runId));
  const excluded: ExcludedRun[] = [];
  const admitted = (side: ExcludedRun['side'], run: StoredRun): boolean => {
    const reason = side === 'candidate' && own.has(run.runId) ? ownRun : invalidReason(run);
    if (reason !== undefined) excluded.push({ side, runId: run.runId, reason });
    return reason === undefined;
  };
  return {
    base: base.filter((run) => admitted('base', run)),
    candidate: candidate.map(storedRun).filter((run) => admitted('candidate', run)),
    excluded,
  };
}

/** Why a side as a whole is refused, undefined when both are fit. */
export function refusal({ base, candidate, excluded }: Sides): string | undefined {
  for (const [side, runs] of [
    ['base', base],
    ['candidate', candidate],
  ] as const) {
    const out = excluded.filter((run) => run.side === side);
    if (runs.length === 0) return `no run of the ${side} can be used${out.length > 0 ? `: ${out[0].reason}` : ''}`;
    const invalid = out.filter(({ reason }) => reason !== ownRun);
    const all = invalid.length + runs.length;
    if (invalid.length > invalidShare * all)
      return `${invalid.length} of ${all} runs of the ${side} are invalid: ${invalid[0].reason}`;
  }
  return undefined;
}
