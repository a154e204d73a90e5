import type { BundledTransport } from '../../src/scenario/plan.ts';
import type { Load, Peer } from '../peer.ts';
import type { Measurement } from '../support/comparison.ts';
import { closedLoop, errorsOf, startLoad } from '../support/mcpb.ts';

/** `mcpb load` as a closed loop with one worker, all its accounting on. */
export function mcpb(transport: BundledTransport): Peer {
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
