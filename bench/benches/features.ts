import { fileURLToPath } from 'node:url';
import type { Bench } from '../bench.ts';
import { costOf } from '../peers/mcpb.ts';
import { startLoad } from '../support/mcpb.ts';
import { startNullServer } from '../support/null-server.ts';
import { pinned, pinningNote, separateCores } from '../support/pinning.ts';
import { type Started, startServer, whileRunning } from '../support/processes.ts';
import { inRound, roundNumbers, spread } from '../support/rounds.ts';
import { differenceCell, ratioCell } from '../support/table.ts';

const tlsFront = fileURLToPath(new URL('../peers/tls-front.ts', import.meta.url));

/** A load that differs from that of `plain.yaml` by one feature. */
interface Feature {
  readonly name: string;
  readonly scenario: string;
  /** Over TLS, which a process beside the server takes off. */
  readonly secure?: true;
}

const plain: Feature = { name: 'plain', scenario: 'plain.yaml' };
const features: readonly Feature[] = [
  { name: 'templates: three numbers', scenario: 'templates.yaml' },
  { name: 'data: a word from a file', scenario: 'data.yaml' },
  { name: 'two checks', scenario: 'checks.yaml' },
  { name: 'captures: every second reply', scenario: 'captures.yaml' },
  { name: 'TLS', scenario: 'plain.yaml', secure: true },
];

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
  return whileRunning(await startNullServer(cores?.server), async ({ urls }) =>
    whileRunning(await startTlsFront(urls.websocket, cores?.server), async (front) => {
      const costs = await inRound([plain, ...features], round, async ({ name, scenario, secure }) => {
        progress(name);
        const path = fileURLToPath(new URL(`../features/${scenario}`, import.meta.url));
        const target = secure ? ['-t', front.url, '--insecure'] : ['-t', urls.websocket];
        const load = [path, ...target, '-w', '1', '-d', `${seconds}s`];
        return [name, costOf(await (await startLoad(load, cores?.client)).result)] as const;
      });
      return Object.fromEntries(costs);
    }),
  );
}

/** Takes TLS off for a WebSocket server of the loopback. */
async function startTlsFront(of: string, core: number | undefined): Promise<Started & { readonly url: string }> {
  const { port, pathname } = new URL(of);
  const started = await startServer(pinned([process.execPath, tlsFront, port], core));
  const front = started.ready as { readonly port: number };
  return { ...started, url: `wss://127.0.0.1:${front.port}${pathname}` };
}
