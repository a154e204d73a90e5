import { processProbe } from '../target/process-sample.ts';
import { type RunContext, wholeRun } from './attempt.ts';
import type { Depth } from './case.ts';
import type { RateReport } from './document.ts';
import type { SelftestTransport } from './endpoint.ts';
import { planOf } from './plan.ts';
import { ServerProcess } from './server-process.ts';

const connections = 64;
/** Of a core, above which a side is taken to have none left. */
const saturated = 0.9;

/** One worker in a closed loop against a server that answers at once. */
export async function highestRate(
  transport: SelftestTransport,
  depth: Depth,
  context: RunContext,
): Promise<RateReport> {
  const server = await ServerProcess.start({ transport });
  try {
    const load = { connections, warmup: depth === 'full' ? 2 : 0.5, seconds: depth === 'full' ? 5 : 1 };
    const { metrics, generator, targetProcess } = await wholeRun(planOf(server.address, load), context, {
      target: processProbe(server.pid),
    });
    const { throughputPerSecond: requestsPerSecond } = metrics;
    const { cpuMicrosPerRequest, userMicrosPerRequest } = generator;
    const generatorCores = ((cpuMicrosPerRequest ?? 0) * requestsPerSecond) / 1e6;
    const serverCores = targetProcess ? targetProcess.cpuPercent / 100 : null;
    return {
      transport,
      connections,
      requestsPerSecond,
      cpuMicrosPerRequest,
      userMicrosPerRequest,
      generatorCores,
      serverCores,
      limitedBy: limit(generatorCores, serverCores ?? 0),
    };
  } finally {
    await server.end();
  }
}

function limit(generatorCores: number, serverCores: number): RateReport['limitedBy'] {
  const [generator, server] = [generatorCores >= saturated, serverCores >= saturated];
  if (generator && server) return 'both';
  if (generator) return 'generator';
  return server ? 'server' : 'neither';
}
