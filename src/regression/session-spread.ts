import type { Baseline } from './baseline.ts';
import { median, standardDeviation } from './statistics.ts';

/** How far two sessions of the same target differ by themselves, where history does not say: a prior by machine. */
export interface SessionPrior {
  readonly sigma: number;
  readonly from: 'same boot, less than an hour apart' | 'usual for bare metal' | 'usual for a virtual machine';
}

const sessionsForHistory = 5;
const hour = 3_600_000;

export function sessionPrior(
  baseline: Baseline,
  candidate: { readonly startedAt: string; readonly boot: string | null },
): SessionPrior {
  const last = baseline.sessions.at(-1);
  const apart = Math.abs(Date.parse(candidate.startedAt) - Date.parse(last?.runs.at(-1)?.startedAt ?? ''));
  if (last?.boot != null && last.boot === candidate.boot && apart < hour)
    return { sigma: 0.01, from: 'same boot, less than an hour apart' };
  if (baseline.environment.virtualization === 'metal') return { sigma: 0.03, from: 'usual for bare metal' };
  return { sigma: 0.05, from: 'usual for a virtual machine' };
}

/** Standard deviation of the logarithms of session medians; undefined with fewer than 5 sessions. */
export function measuredSpread(sessions: readonly (readonly number[])[]): number | undefined {
  const medians = sessions.filter((values) => values.length > 0).map((values) => Math.log(median(values)));
  return medians.length < sessionsForHistory ? undefined : standardDeviation(medians);
}
