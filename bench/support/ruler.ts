import { setTimeout as sleep } from 'node:timers/promises';
import type { Load, Peer } from '../peer.ts';
import { warmupSeconds } from '../workload.ts';
import type { Client } from './client.ts';
import type { Subject } from './comparison.ts';
import type { Measurement } from './measurement.ts';
import type { NullServer } from './null-server.ts';
import { type CpuTime, cpuBetween, cpuOf, peakResidentBytes } from './proc.ts';

/** In seconds. */
interface Waits {
  /** At most, until every connection has had a reply. */
  readonly connect: number;
  /** From there until the window opens. */
  readonly warmup: number;
}

/** A client that has not been asked to end by then ends by itself. */
const spareSeconds = 10;
const pollMillis = 10;
const never = new AbortController().signal;

/** The peer as the ruler measures it against one server. */
export function ruled(server: NullServer, peer: Peer, load: Pick<Load, 'seconds' | 'core'>): Subject {
  const { name, transport } = peer;
  return { name, transport, measure: (connections) => rule(server, peer, { ...load, connections }) };
}

/**
 * Measures a closed loop from outside, every peer alike: once all connections stand, and after a warm-up, the replies the
 * server counts and the CPU time the kernel counts over one window. Null when not all connections stood.
 */
export async function rule(
  server: NullServer,
  { name, transport, start }: Peer,
  load: Omit<Load, 'url' | 'rate'>,
  waits: Waits = { connect: 30, warmup: warmupSeconds },
): Promise<Measurement | null> {
  if (!(await until(() => server.tally().connections === 0, waits.connect, never)))
    throw new Error('connections of another client still stand');
  const url = server.urls[transport];
  const seconds = waits.connect + waits.warmup + load.seconds + spareSeconds;
  const client = await start({ ...load, url, seconds });
  const ended = new AbortController();
  const early = client.report
    .finally(() => ended.abort())
    .then(() => {
      throw new Error(`${name} over ${transport} ended before its window closed`);
    });
  try {
    const cost = await Promise.race([early, windowOf(server, client, load, waits, ended.signal)]);
    if (cost === null) return null;
    await client.stop();
    return { ...cost, report: await client.report.catch(() => null) };
  } finally {
    await client.stop();
  }
}

type Cost = Omit<Measurement, 'report'>;

async function windowOf(
  server: NullServer,
  { pid }: Client,
  { connections, seconds }: Pick<Load, 'connections' | 'seconds'>,
  { connect, warmup }: Waits,
  ended: AbortSignal,
): Promise<Cost | null> {
  const allStand = () => server.tally().connections >= connections;
  const edge = (): Edge => ({ at: performance.now() / 1000, replies: server.tally().replies, cpu: cpuOf(pid) });
  if (!(await until(allStand, connect, ended))) return null;
  await sleep(warmup * 1000, undefined, { signal: ended });
  const stood = allStand();
  const opened = edge();
  await sleep(seconds * 1000, undefined, { signal: ended });
  const closed = edge();
  return stood && allStand() ? { ...between(opened, closed), peakBytes: peakResidentBytes(pid) } : null;
}

/** What was read at one end of a window. */
interface Edge {
  /** In seconds. */
  readonly at: number;
  readonly replies: number;
  readonly cpu: CpuTime;
}

function between(opened: Edge, closed: Edge): Omit<Cost, 'peakBytes'> {
  const requests = closed.replies - opened.replies;
  if (requests === 0) throw new Error('no request was answered in the window');
  const { user, kernel } = cpuBetween(opened.cpu, closed.cpu);
  return {
    requestsPerSecond: requests / (closed.at - opened.at),
    userMicros: user / requests,
    kernelMicros: kernel / requests,
  };
}

/** Whether the condition came about in that time. */
async function until(condition: () => boolean, seconds: number, signal: AbortSignal): Promise<boolean> {
  const deadline = performance.now() + seconds * 1000;
  while (!condition()) {
    if (performance.now() > deadline) return false;
    await sleep(pollMillis, undefined, { signal });
  }
  return true;
}
