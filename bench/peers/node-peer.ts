import { fileURLToPath } from 'node:url';
import type { Load, Peer } from '../peer.ts';
import type { Measurement, ToolReport } from '../support/measurement.ts';
import { pinned } from '../support/pinning.ts';
import { outputOf, start } from '../support/processes.ts';

/** A client in a script that gets its load as JSON and prints its measurement as JSON. */
export function nodePeer({ script, ...peer }: Omit<Peer, 'run'> & { readonly script: URL }): Peer {
  const path = fileURLToPath(script);
  return {
    ...peer,
    run: async (load: Load): Promise<Measurement> => {
      const command = pinned([process.execPath, path, JSON.stringify(load)], load.core);
      const client = await start(command);
      load.started?.(client.pid);
      return JSON.parse(await outputOf(command, client));
    },
  };
}

/** What a client script prints: CPU time of its own process since `before`, by request. */
export function measurement({ dropped = 0, ...report }: ToolReport, before: NodeJS.CpuUsage): Measurement {
  const cpu = process.cpuUsage(before);
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  const perRequest = { userMicros: cpu.user / report.requests, kernelMicros: cpu.system / report.requests };
  return { ...report, ...perRequest, peakBytes, dropped, lag: null };
}
