import { formatCount } from '../../src/units.ts';
import type { Bench } from '../bench.ts';
import { type Peer, peers } from '../peer.ts';
import type { ToolReport } from '../support/measurement.ts';
import { startNullServer } from '../support/null-server.ts';
import { pinningNote, separateCores } from '../support/pinning.ts';
import { whileRunning } from '../support/processes.ts';
import { isInstalled, missingNote } from '../support/programs.ts';
import { inRound, roundNumbers, spread } from '../support/rounds.ts';
import { microsCell, ratioCell } from '../support/table.ts';

const connections = 64;
/** Arrivals a second; a peer that cannot send so many from one core is asked for fewer. */
const most = 20_000;
const rates: Readonly<Record<string, number>> = { vegeta: 10_000, k6: 5000 };

const contestants = peers.filter(({ open }) => open);

interface Sent extends ToolReport {
  readonly name: string;
  readonly transport: string;
  readonly rate: number;
}

/** Arrivals that are due at a high rate: how many came through, and how late they were sent. */
export const open: Bench<readonly Sent[]> = {
  flags: ['seconds', 'rounds'],

  pieces({ rounds, seconds = 3, progress }) {
    return roundNumbers(rounds).map((round) => ({
      name: `open: ${seconds} s, round ${round + 1}`,
      measure: () => inRound(contestants.filter(isInstalled), round, (peer) => sent(peer, seconds, progress)),
    }));
  },

  table(rounds) {
    const byPeer = Map.groupBy(rounds.flat(), ({ name, transport }) => `${name} ${transport}`);
    const notes = [`${connections} connections.`, pinningNote(separateCores()), ...missingNote(contestants)];
    return { head, rows: [...byPeer.values()].map(row), notes };
  },
};

async function sent(peer: Peer, seconds: number, progress: (line: string) => void): Promise<Sent> {
  const { name, transport } = peer;
  const rate = rates[name] ?? most;
  const cores = separateCores();
  progress(`${name}, ${transport}, ${rate} arrivals/s`);
  const report = await whileRunning(await startNullServer(cores?.server), async ({ urls }) => {
    const client = await peer.start({ url: urls[transport], connections, seconds, core: cores?.client, rate });
    return client.report;
  });
  return { ...report, name, transport, rate };
}

const head = [
  'process',
  'transport',
  'arrivals/s',
  'achieved',
  'lag p50',
  'lag p99',
  'response p50',
  'response p99',
  'dropped',
  'errors',
];

function row(rounds: readonly Sent[]): string[] {
  const [{ name, transport, rate }] = rounds;
  const micros = (of: (sent: Sent) => number | undefined) => microsCell(rounds.flatMap((sent) => of(sent) ?? []));
  const total = (of: (sent: Sent) => number) => formatCount(rounds.reduce((sum, sent) => sum + of(sent), 0));
  return [
    name,
    transport,
    formatCount(rate),
    ratioCell(spread(rounds.map(({ requestsPerSecond }) => requestsPerSecond / rate)), 4),
    micros(({ lag }) => lag?.p50),
    micros(({ lag }) => lag?.p99),
    micros(({ latency }) => latency?.p50),
    micros(({ latency }) => latency?.p99),
    total(({ dropped = 0 }) => dropped),
    total(({ errors }) => errors),
  ];
}
