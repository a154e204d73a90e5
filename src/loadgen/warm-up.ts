import type { Finding } from '../results/result.ts';
import type { Plan } from '../scenario/plan.ts';
import { formatCount, formatDuration } from '../units.ts';
import type { LevelRow } from './run-record.ts';

/**
 * Whether a warm-up of the default length brought every worker its requests: a plan knows what a rate brings, not what
 * virtual users will. `rows` are those of whole seconds, so that a shortened warm-up (`--speed`) cannot be judged.
 */
export function warmUpFindings(plan: Plan, rows: readonly LevelRow[], measuredFrom: number): Finding[] {
  const wanted = Math.max(0, ...plan.scenarios.map(({ phases }) => phases.warmupRequests ?? 0)) * plan.workers;
  const warming = rows.filter(({ sequence, seconds }) => sequence >= 0 && seconds <= measuredFrom + 0.01);
  const made = warming.reduce((sum, { planned }) => sum + planned, 0);
  if (plan.speed !== 1 || wanted === 0 || warming.length === 0 || made >= wanted) return [];
  return [
    {
      code: 'short_warmup',
      message: `the warm-up of ${formatDuration(measuredFrom)} brought ${formatCount(made)} requests, ${formatCount(wanted)} are needed to compile code and fill pools: set a longer one with --warmup`,
      value: made,
      limit: wanted,
    },
  ];
}
