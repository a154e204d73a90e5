import type { ScenarioPlan, StagePlan } from '../scenario/plan.ts';

export type ProfileStage = Omit<StagePlan, 'name'>;

/** Warm-up, stages and cool-down as one profile: before the stages at their first level, behind them at their last. */
export function profileOf({ phases: { warmup, cooldown }, executor: { stages } }: ScenarioPlan): ProfileStage[] {
  const first = stages[0].from;
  const last = stages[stages.length - 1].to;
  return [
    ...(warmup > 0 ? [{ seconds: warmup, from: first, to: first }] : []),
    ...stages,
    ...(cooldown > 0 ? [{ seconds: cooldown, from: last, to: last }] : []),
  ];
}
