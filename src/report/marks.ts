import type { RunResult } from '../results/result.ts';

export function isGeneratorLimited(result: RunResult): boolean {
  return result.verdict === 'generator-limited' || result.generator.limitedBy === 'generator';
}

/** Whether the figures of the whole run blend different loads: several stages, or a level that moves. */
export function isMixedLoad(result: RunResult): boolean {
  return result.stages.length > 1 || /"ramping-/.test(JSON.stringify(result.scenario.resolved));
}

/** `smoke/ramp 2`: the scenario is named where a run has several. */
export function stageName(result: RunResult, index: number): string {
  const { scenario, name } = result.stages[index];
  const several = new Set(result.stages.map((stage) => stage.scenario)).size > 1;
  return several ? [scenario, name].filter(Boolean).join('/') : name || String(index + 1);
}
