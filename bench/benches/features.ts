import { fileURLToPath } from 'node:url';
import type { Bench } from '../bench.ts';
import { measurementOf } from '../peers/mcpb.ts';
import { startLoad } from '../support/mcpb.ts';
import { startNullServer } from '../support/null-server.ts';
import { pinningNote, separateCores } from '../support/pinning.ts';
import { whileRunning } from '../support/processes.ts';
import { inRound, roundNumbers, spread } from '../support/rounds.ts';
import { differenceCell, ratioCell } from '../support/table.ts';

/** A scenario file that differs from `plain.yaml` by one feature. */
interface Feature {
  readonly name: string;
  readonly scenario: string;
}

const plain: Feature = { name: 'plain', scenario: 'plain.yaml' };
const features: readonly Feature[] = [{ name: 'two checks', scenario: 'checks.yaml' }];

interface Cost {
  readonly userMicros: number;
  readonly kernelMicros: number;
}

/** Cost by the name of the feature. */
type Round = Readonly<Record<string, Cost>>;

/** CPU time a feature adds to each request: the same load with it and without, in the same round. */
export const featuresBench: Bench<Round> = {
  flags: ['seconds', 'rounds'],

  pieces({ rounds, seconds = 3, progress }) {
    return roundNumbers(rounds).map((round) => ({
      name: `features: ${[plain, ...features].map(({ name }) => name).join(', ')}, ${seconds} s, round ${round + 1}`,
      measure: () => measureRound(seconds, round, progress),
    }));
  },

  table(rounds) {
    const added = (name: string, of: (cost: Cost) => number) =>
      differenceCell(spread(rounds.map((round) => of(round[name]) - of(round[plain.name]))));
    const rows = [plain, ...features].map(({ name }) => [
      name,
      ratioCell(spread(rounds.map((round) => round[name].userMicros))),
      ...[userMicros, kernelMicros].map((of) => (name === plain.name ? '–' : added(name, of))),
    ]);
    const notes = ['64 WebSocket connections, closed loop, one worker.', pinningNote(separateCores())];
    return { head: ['feature', 'user µs', 'adds user µs', 'adds kernel µs'], rows, notes };
  },
};

const userMicros = (cost: Cost) => cost.userMicros;
const kernelMicros = (cost: Cost) => cost.kernelMicros;

async function measureRound(seconds: number, round: number, progress: (line: string) => void): Promise<Round> {
  const cores = separateCores();
  return whileRunning(await startNullServer(cores?.server), async ({ urls }) => {
    const costs = await inRound([plain, ...features], round, async ({ name, scenario }) => {
      progress(name);
      const path = fileURLToPath(new URL(`../features/${scenario}`, import.meta.url));
      const load = [path, '-t', urls.websocket, '-w', '1', '-d', `${seconds}s`];
      const { userMicros, kernelMicros } = measurementOf(await (await startLoad(load, cores?.client)).result);
      return [name, { userMicros, kernelMicros }] as const;
    });
    return Object.fromEntries(costs);
  });
}
