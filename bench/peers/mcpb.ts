import type { Metrics } from '../../src/results/result.ts';
import type { TransportKind } from '../../src/scenario/plan.ts';
import type { Load, Peer } from '../peer.ts';
import type { Measurement } from '../support/comparison.ts';
import { startLoad } from '../support/mcpb.ts';
import { warmupSeconds } from './node-peer.ts';

/** `mcpb load` as a closed loop with one worker, all its accounting on. */
export function mcpb(transport: TransportKind): Peer {
  return { name: 'mcpb', transport, run: measure };
}

async function measure(load: Load): Promise<Measurement> {
  const { result } = await startLoad(closedLoop(load), load.core);
  const { metrics, generator } = await result;
  const user = generator.userMicrosPerRequest ?? Number.NaN;
  return {
    requestsPerSecond: metrics.throughputPerSecond,
    userMicros: user,
    kernelMicros: (generator.cpuMicrosPerRequest ?? Number.NaN) - user,
    errors: errorsOf(metrics),
  };
}

/** Arguments of `mcpb load` for a closed loop of `tools/list`. */
export function closedLoop({ url, connections, seconds }: Load): string[] {
  const window = ['-d', `${seconds}s`, '--warmup', `${warmupSeconds}s`];
  return ['-t', url, '-u', `${connections}`, ...window, 'tools/list'];
}

/** Requests of a result that did not end `ok`. */
export function errorsOf({ outcomes }: Metrics): number {
  return Object.values(outcomes).reduce((sum, count) => sum + count, -outcomes.ok);
}
