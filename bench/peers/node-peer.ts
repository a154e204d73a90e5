import { fileURLToPath } from 'node:url';
import type { BundledTransport } from '../../src/scenario/plan.ts';
import type { Peer } from '../peer.ts';
import type { Measurement } from '../support/comparison.ts';
import { pinned } from '../support/pinning.ts';
import { run } from '../support/processes.ts';

/** A client in a script that gets its load as JSON and prints its measurement as JSON. */
export function nodePeer(name: string, transport: BundledTransport, script: URL): Peer {
  const path = fileURLToPath(script);
  return {
    name,
    transport,
    run: async (load): Promise<Measurement> =>
      JSON.parse(await run(pinned([process.execPath, path, JSON.stringify(load)], load.core))),
  };
}

/** What a client script prints: CPU time of its own process since `before`, by request. */
export function measurement(window: {
  readonly requests: number;
  readonly seconds: number;
  readonly errors: number;
  readonly before: NodeJS.CpuUsage;
}): Measurement {
  const cpu = process.cpuUsage(window.before);
  return {
    requestsPerSecond: window.requests / window.seconds,
    userMicros: cpu.user / window.requests,
    kernelMicros: cpu.system / window.requests,
    errors: window.errors,
  };
}
