import type { Distribution, RunResult } from '../../src/results/result.ts';
import type { BundledTransport } from '../../src/scenario/plan.ts';
import type { Load, Peer } from '../peer.ts';
import { errorsOf, loadArguments, startLoad } from '../support/mcpb.ts';
import { peakBytesOf } from '../support/measured-run.ts';
import type { Latency, Measurement } from '../support/measurement.ts';

/** `mcpb load` with one worker, all its accounting on. */
export function mcpb(transport: BundledTransport): Peer {
  return { name: 'mcpb', transport, open: true, run: measure };
}

async function measure(load: Load): Promise<Measurement> {
  const { pid, result } = await startLoad(loadArguments(load), load.core);
  load.started?.(pid);
  const [run, peakBytes] = await Promise.all([result, peakBytesOf({ pid, ended: result })]);
  return { ...measurementOf(run), peakBytes };
}

/** What a result says of its own window. */
export function measurementOf({ metrics, generator }: RunResult): Omit<Measurement, 'peakBytes'> {
  const { cpuMicrosPerRequest: cpu, userMicrosPerRequest: user } = generator;
  if (cpu === null || user === null) throw new Error('mcpb load completed no request in its window');
  return {
    requests: metrics.requests.completed,
    requestsPerSecond: metrics.throughputPerSecond,
    userMicros: user,
    kernelMicros: cpu - user,
    errors: errorsOf(metrics),
    dropped: metrics.requests.dropped,
    latency: latencyOf(metrics.responseTime),
    lag: latencyOf(metrics.generatorLag),
  };
}

function latencyOf({ p50, p99, max }: Distribution): Latency | null {
  return p50 === null || p99 === null || max === null ? null : { p50, p99, max };
}
