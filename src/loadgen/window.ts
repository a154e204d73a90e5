import type { Plan } from '../scenario/plan.ts';

/** The measured part of a run, seconds from its start. */
export interface Window {
  readonly from: number;
  readonly to: number;
  /** End of the load, cool-down included. */
  readonly end: number;
}

/** From the first scenario that is measured to the last one that still is. */
export function planWindow({ scenarios }: Pick<Plan, 'scenarios'>): Window {
  const from = scenarios.map(({ startTime, phases }) => startTime + phases.warmup);
  const to = scenarios.map(
    ({ executor }, i) => from[i] + executor.stages.reduce((sum, { seconds }) => sum + seconds, 0),
  );
  return {
    from: Math.min(...from),
    to: Math.max(...to),
    end: Math.max(...to.map((seconds, i) => seconds + scenarios[i].phases.cooldown)),
  };
}
