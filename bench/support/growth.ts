import { formatBytes, formatCount } from '../../src/units.ts';
import type { Peer } from '../peer.ts';
import { startNullServer } from './null-server.ts';
import { separateCores } from './pinning.ts';
import { residentBytes } from './proc.ts';
import { whileRunning } from './processes.ts';
import { spread } from './rounds.ts';
import { type Sample, sampleDuring } from './sampler.ts';

/** Seconds after the start of a process; at the later one its load still lasts. */
export interface Instants {
  readonly early: number;
  readonly late: number;
}

/** Resident memory of a load generator at two instants of a closed loop at full speed. */
export interface Growth {
  readonly name: string;
  readonly transport: string;
  readonly earlyBytes: number;
  readonly lateBytes: number;
  readonly requestsPerSecond: number;
}

const connections = 64;
const sampleMillis = 100;
/** Seconds before an instant of which the median counts: the resident memory of a collected heap goes up and down. */
const medianSeconds = 2;

export async function growthOf({ name, transport, start }: Peer, { early, late }: Instants): Promise<Growth> {
  const cores = separateCores();
  return whileRunning(await startNullServer(cores?.server), async ({ urls }) => {
    const load = { url: urls[transport], connections, seconds: late, core: cores?.client };
    const { pid, report } = await start(load);
    const [samples, { requestsPerSecond }] = await Promise.all([
      sampleDuring(report, sampleMillis, () => residentBytes(pid)),
      report,
    ]);
    const [earlyBytes, lateBytes] = [early, late].map((seconds) => bytesAt(samples, seconds));
    return { name, transport, earlyBytes, lateBytes, requestsPerSecond };
  });
}

/** What a process held so many seconds after the first sample. */
export function bytesAt(samples: readonly Sample<number>[], seconds: number): number {
  const at = samples[0].at + 1000 * seconds;
  const near = samples.filter((sample) => sample.at > at - 1000 * medianSeconds && sample.at <= at);
  if (near.length === 0) throw new Error(`no memory was read ${seconds} s after the start`);
  return spread(near.map(({ value }) => value)).median;
}

export const growthHead = ['process', 'transport', 'after a third', 'at the end', 'change', 'requests/s'];

export function growthCells({ name, transport, earlyBytes, lateBytes, requestsPerSecond }: Growth): string[] {
  const change = 100 * (lateBytes / earlyBytes - 1);
  return [
    name,
    transport,
    formatBytes(earlyBytes),
    formatBytes(lateBytes),
    `${change < 0 ? '−' : '+'}${Math.abs(change).toFixed(1)} %`,
    formatCount(requestsPerSecond),
  ];
}
