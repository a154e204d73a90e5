import type { Comparison } from './comparison.ts';
import { runsForBounds } from './rules.ts';

const baselineRuns = 10;
const mostRuns = 30;

/** The commands that would settle what this comparison leaves open, in the order to type them. */
export function settlingCommands(comparison: Omit<Comparison, 'settledBy'>): string[] {
  if (comparison.verdict === 'not-comparable')
    return [saveCommand(comparison), loadCommand(comparison, runsForBounds), compareCommand(comparison)];
  if (comparison.basis === 'point' && comparison.verdict !== 'invalid') return measureNoise(comparison);
  if (comparison.verdict !== 'inconclusive') return [];
  const more = Math.min(mostRuns, 2 * comparison.candidate.runs);
  return [saveCommand(comparison), loadCommand(comparison, more), compareCommand(comparison)];
}

/** `mcpb load` for runs that can be compared with a baseline of this scenario. */
export function loadCommand({ scenario }: Pick<Comparison, 'scenario'>, runs: number): string {
  return `mcpb load --scenario ${scenario.name}${speedFlag(scenario.speed)} --runs ${runs}`;
}

function measureNoise(comparison: Omit<Comparison, 'settledBy'>): string[] {
  const base = comparison.base.runs < runsForBounds ? [saveCommand(comparison)] : [];
  const candidate = comparison.candidate.runs < runsForBounds ? [loadCommand(comparison, runsForBounds)] : [];
  return [...base, ...candidate, compareCommand(comparison)];
}

function saveCommand({ scenario }: Pick<Comparison, 'scenario'>): string {
  return `mcpb baseline save ${scenario.name}${speedFlag(scenario.speed)} --runs ${baselineRuns}`;
}

function compareCommand({ scenario }: Pick<Comparison, 'scenario'>): string {
  return `mcpb compare ${scenario.name}`;
}

function speedFlag(speed: number): string {
  return speed === 1 ? '' : ` --speed ${speed}`;
}
