import type { Distribution, RunResult } from '../../src/results/result.ts';
import type { BundledTransport } from '../../src/scenario/plan.ts';
import type { Load, Peer } from '../peer.ts';
import { type Client, clientOf } from '../support/client.ts';
import { errorsOf, loadArguments, startLoad } from '../support/mcpb.ts';
import type { Latency, Measurement, ToolReport } from '../support/measurement.ts';

/** `mcpb load` with one worker, all its accounting on. */
export function mcpb(transport: BundledTransport): Peer {
  return { name: 'mcpb', transport, open: true, start };
}

async function start(load: Load): Promise<Client> {
  const started = await startLoad(loadArguments(load), load.core);
  return clientOf(started, started.result.then(reportOf));
}

/** What a result says of the generator's CPU time in its own window. */
export function costOf({ generator }: RunResult): Pick<Measurement, 'userMicros' | 'kernelMicros'> {
  const { cpuMicrosPerRequest: cpu, userMicrosPerRequest: user } = generator;
  if (cpu === null || user === null) throw new Error('mcpb load completed no request in its window');
  return { userMicros: user, kernelMicros: cpu - user };
}

/** What a result says of the requests of its own window. */
export function reportOf({ metrics }: RunResult): ToolReport {
  return {
    requests: metrics.requests.completed,
    requestsPerSecond: metrics.throughputPerSecond,
    errors: errorsOf(metrics),
    dropped: metrics.requests.dropped,
    latency: latencyOf(metrics.responseTime),
    lag: latencyOf(metrics.generatorLag),
  };
}

function latencyOf({ p50, p99, max }: Distribution): Latency | null {
  return p50 === null || p99 === null || max === null ? null : { p50, p99, max };
}
