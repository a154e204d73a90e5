import { fileURLToPath } from 'node:url';
import { formatCount } from '../../src/units.ts';
import type { Bench } from '../bench.ts';
import { costOf } from '../peers/mcpb.ts';
import { startLoad } from '../support/mcpb.ts';
import { startNullServer } from '../support/null-server.ts';
import { pinningNote, separateCores } from '../support/pinning.ts';
import { whileRunning } from '../support/processes.ts';
import { inRound, roundNumbers, spread } from '../support/rounds.ts';
import { countCell, ratioCell, type Table } from '../support/table.ts';
import { warmupSeconds } from '../workload.ts';

const scenario = fileURLToPath(new URL('workers.yaml', import.meta.url));
const connections = 64;
const workers = [1, 2] as const;

/** What it cost to keep the server busy with so many workers. */
export interface Cost {
  readonly workers: number;
  readonly requestsPerSecond: number;
  readonly cpuMicros: number;
}

/** What the schedule came to, by operation. */
export interface Plan {
  readonly workers: number;
  readonly planned: Readonly<Record<string, number>>;
}

export interface WorkersRound {
  readonly costs: readonly Cost[];
  readonly plans: readonly Plan[];
}

/** One worker against two: the same arrivals, and what a request costs. */
export const workersBench: Bench<WorkersRound> = {
  flags: ['seconds', 'rounds'],

  pieces({ rounds, seconds = 3 }) {
    return roundNumbers(rounds).map((round) => ({
      name: `workers: ${seconds} s, round ${round + 1}`,
      measure: () => measureWorkers(seconds, round),
    }));
  },

  table: workersTable,
};

/** Every worker compiles for itself: two do so twice as long on the one core. */
export async function measureWorkers(seconds: number, round: number): Promise<WorkersRound> {
  const cores = separateCores();
  return whileRunning(await startNullServer(cores?.server), async ({ urls }) => {
    const target = ['-t', urls.websocket];
    const run = async (...args: string[]) => (await startLoad([...args, ...target], cores?.client)).result;
    const costs = await inRound(workers, round, async (count): Promise<Cost> => {
      const window = ['-d', `${seconds}s`, '--warmup', `${2 * warmupSeconds}s`];
      const result = await run('-w', `${count}`, '-u', `${connections}`, ...window);
      const { userMicros, kernelMicros } = costOf(result);
      const requestsPerSecond = result.metrics.throughputPerSecond;
      return { workers: count, requestsPerSecond, cpuMicros: userMicros + kernelMicros };
    });
    const plans = await inRound(workers, round, async (count): Promise<Plan> => {
      const { operations } = await run(scenario, '-w', `${count}`, '-d', `${seconds}s`);
      const planned = Object.entries(operations).map(([name, { requests }]) => [name, requests.planned]);
      return { workers: count, planned: Object.fromEntries(planned) };
    });
    return { costs, plans };
  });
}

/** One row for each number of workers, and whether the plans agree. */
export function workersTable(rounds: readonly WorkersRound[]): Table {
  const operations = Object.keys(rounds[0].plans[0].planned);
  const head = ['workers', 'requests/s', 'CPU µs', 'CPU × one worker', ...operations.map((name) => `${name} planned`)];
  const rows = workers.map((count, index) => {
    const costs = rounds.map((round) => round.costs[index]);
    const ratios = rounds.map((round) => round.costs[index].cpuMicros / round.costs[0].cpuMicros);
    return [
      String(count),
      countCell(spread(costs.map(({ requestsPerSecond }) => requestsPerSecond))),
      ratioCell(spread(costs.map(({ cpuMicros }) => cpuMicros))),
      ratioCell(spread(ratios)),
      ...operations.map((name) => plannedCell(rounds.map((round) => round.plans[index].planned[name]))),
    ];
  });
  return { head, rows, notes: [`${connections} WebSocket connections.`, pinningNote(separateCores())] };
}

/** The count, or all of them where rounds of one schedule disagree. */
function plannedCell(counts: readonly number[]): string {
  return [...new Set(counts)].map(formatCount).join(', ');
}
