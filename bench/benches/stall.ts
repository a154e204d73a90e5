import { formatMicros, formatPercent } from '../../src/units.ts';
import type { Bench } from '../bench.ts';
import { type Peer, peers } from '../peer.ts';
import type { Latency } from '../support/measurement.ts';
import { startNullServer } from '../support/null-server.ts';
import { pinningNote, separateCores } from '../support/pinning.ts';
import { whileRunning } from '../support/processes.ts';
import { isInstalled, missingNote } from '../support/programs.ts';

const freeze = { milliseconds: 100, everyMilliseconds: 1000 };
const load = { rate: 1000, connections: 50 };
/** Whole periods, so that it does not matter where in one a run begins. */
const wholePeriods = 10;

/**
 * A tenth of all arrivals falls into the freeze and waits for the rest of it, evenly from all to nothing; the server
 * itself takes next to no time.
 */
const truth: Latency = { p50: 0, p99: 90_000, max: 100_000 };

const contestants = peers.filter(({ open }) => open);

interface Seen {
  readonly name: string;
  readonly transport: string;
  readonly latency: Latency | null;
  /** Share of what was due that got no reply, 0…1. */
  readonly missing: number;
}

/** A server that is frozen for 100 ms once a second, as each tool with an open model saw it. */
export const stall: Bench<Seen> = {
  flags: ['seconds'],

  pieces({ seconds = wholePeriods }) {
    return contestants.filter(isInstalled).map((peer) => ({
      name: `stall: ${peer.name}, ${peer.transport}, ${seconds} s`,
      measure: () => seen(peer, seconds),
    }));
  },

  table(all) {
    const expected = ['truth', '', ...times(truth), formatPercent(0)];
    const rows = all.map(({ name, transport, latency, missing }) => [
      name,
      transport,
      ...times(latency),
      formatPercent(missing),
    ]);
    return {
      head,
      rows: [expected, ...rows],
      notes: [note, pinningNote(separateCores()), ...missingNote(contestants)],
    };
  },
};

async function seen(peer: Peer, seconds: number): Promise<Seen> {
  const { name, transport } = peer;
  const cores = separateCores();
  const { latency, requests } = await whileRunning(
    await startNullServer(cores?.server, freeze),
    async ({ urls }) => (await peer.start({ ...load, seconds, url: urls[transport], core: cores?.client })).report,
  );
  return { name, transport, latency, missing: Math.max(0, 1 - requests / (load.rate * seconds)) };
}

const head = ['process', 'transport', 'p50', 'p99', 'max', 'not sent'];
const note = `${load.rate} arrivals/s over ${load.connections} connections (k6: VUs).`;

function times(latency: Latency | null): string[] {
  return latency === null ? ['–', '–', '–'] : [latency.p50, latency.p99, latency.max].map(formatMicros);
}
