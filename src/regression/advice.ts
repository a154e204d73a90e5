import type { Comparison } from './comparison.ts';
import { okUnreachable, runsForBounds } from './rules.ts';

const baselineRuns = 10;
const mostRuns = 30;

type Judged = Omit<Comparison, 'settledBy'>;
type Named = Pick<Comparison, 'scenario'>;

/**
 * The commands that would settle what this comparison leaves open, in the order to type them. `path`: the baseline's
 * file; undefined = the one in `baselines/`.
 */
export function settlingCommands(comparison: Judged, path: string | undefined): string[] {
  const save = `${saveCommand(comparison, path)}  # with the build to compare against`;
  const again = `mcpb compare ${path ?? comparison.scenario.name}`;
  const load = (runs: number) => `${loadCommand(comparison, runs)}  # with the build to judge`;
  if (comparison.verdict === 'invalid') return [];
  if (comparison.verdict === 'not-comparable') return [save, load(runsForBounds), again];
  if (comparison.basis === 'point') {
    const base = comparison.base.runs < runsForBounds ? [save] : [];
    const candidate = comparison.candidate.runs < runsForBounds ? [load(runsForBounds)] : [];
    return [...base, ...candidate, again];
  }
  if (comparison.verdict !== 'inconclusive') return [];
  return [...(spreadHides(comparison) ? [save] : []), load(Math.min(mostRuns, 2 * comparison.candidate.runs)), again];
}

/** `mcpb load` for runs that can be compared with a baseline of this scenario. */
export function loadCommand({ scenario }: Named, runs: number): string {
  return `mcpb load --scenario ${scenario.name}${speedFlag(scenario.speed)} --runs ${runs}`;
}

/** More runs of one session cannot help where the spread between sessions alone is too wide. */
function spreadHides({ rows }: Judged): boolean {
  return rows.some((row) => row.gated && row.scale === 'log' && okUnreachable(row.limit, row.sessionSpread ?? 0));
}

function saveCommand({ scenario }: Named, path: string | undefined): string {
  const output = path === undefined ? '' : ` -o ${path}`;
  return `mcpb baseline save ${scenario.name}${speedFlag(scenario.speed)} --runs ${baselineRuns}${output}`;
}

function speedFlag(speed: number): string {
  return speed === 1 ? '' : ` --speed ${speed}`;
}
