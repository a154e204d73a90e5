import { bringsClients, countsIterations, defaultGrace, isClosed, isRamp, type Shape } from './executors.ts';
import type { NamedBlock } from './load.ts';
import type { ExecutorPlan, ScenarioPlan, StepPlan } from './plan.ts';
import type { Settings } from './settings.ts';

/** What a worker should have sent before its figures count: its code is compiled by then, the target's pools are filled. */
export const warmupRequests = 2000;
const shortestWarmup = 3;
const longestWarmup = 30;
const defaultCooldown = 1;

/** A load and how many requests an iteration of it makes. */
export interface Demand {
  readonly shape: Shape;
  readonly calls: number;
}

/**
 * Seconds of warm-up where a scenario says nothing: so long that the rates of all blocks together bring every worker
 * its requests. What virtual users will bring nobody knows before the run: beside them it is the shortest.
 */
export function defaultWarmup(demands: readonly Demand[], workers: number): number {
  if (demands.some(({ shape }) => isClosed(shape))) return shortestWarmup;
  const perSecond = demands.reduce((sum, { shape, calls }) => sum + (shape.rate ?? 0) * calls, 0);
  const wanted = perSecond > 0 ? (warmupRequests * workers) / perSecond : longestWarmup;
  return Math.min(longestWarmup, Math.max(shortestWarmup, Math.ceil(wanted)));
}

/** Whether there is nothing to warm up and nothing to cool down: ramps, counted iterations, tests of connecting. */
export function isBare(shape: Shape, steps: readonly { readonly type: StepPlan['type'] }[]): boolean {
  return (
    isRamp(shape) ||
    shape.iterations !== undefined ||
    countsIterations(shape.kind) ||
    bringsClients(shape.kind) ||
    steps.some(({ type }) => type === 'close')
  );
}

/** What a block's phases depend on besides itself. */
interface PhaseContext {
  readonly upper: Settings;
  readonly lower: Settings;
  readonly speed: number;
  /** Seconds of warm-up where nothing is said. */
  readonly warmup: number;
}

export function phasesOf(
  { block }: NamedBlock,
  { upper, lower, speed, warmup }: PhaseContext,
  bare: boolean,
  { stages }: ExecutorPlan,
): Pick<ScenarioPlan, 'phases' | 'gracefulStop'> {
  const said = upper.warmup ?? block.warmup ?? (bare ? 0 : lower.warmup);
  return {
    phases: {
      warmup: (said ?? warmup) / speed,
      measure: stages.reduce((total, { seconds }) => total + seconds, 0),
      cooldown: (block.cooldown ?? (bare ? 0 : defaultCooldown)) / speed,
      ...(said === undefined && { warmupRequests }),
    },
    gracefulStop: block.gracefulStop ?? defaultGrace,
  };
}
