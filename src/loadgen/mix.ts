import type { ScenarioPlan } from '../scenario/plan.ts';
import { draw } from './draw.ts';

/** What iteration number n of a scenario with this seed calls at a weighted mix. */
export function choose({ steps }: ScenarioPlan, seed: number, step: number, iteration: number): number {
  const mix = steps[step];
  if (mix.type !== 'mix') return 0;
  const total = mix.choices.reduce((sum, { weight }) => sum + weight, 0);
  let left = draw(seed, iteration, step) * total;
  for (const { weight, operation } of mix.choices) {
    left -= weight;
    if (left < 0) return operation;
  }
  return mix.choices[mix.choices.length - 1].operation;
}

/** Operation of an iteration's next exchange from a step on: what a failed connection is charged to. */
export function nextOperation(plan: ScenarioPlan, seed: number, step: number, iteration: number): number {
  const { steps } = plan;
  for (let i = step; i < steps.length; i++) {
    const candidate = steps[i];
    if (candidate.type === 'call') return candidate.operation;
    if (candidate.type === 'connect' && candidate.operation !== undefined) return candidate.operation;
    if (candidate.type === 'mix') return choose(plan, seed, i, iteration);
  }
  return 0;
}
