import type { Options } from './options.ts';
import { against, type Load } from './peer.ts';
import { wrk } from './peers/wrk.ts';
import { compareInRounds, comparisonHead, type Measurement, type Subject } from './support/comparison.ts';
import { type Gateway, gateways, startGateway } from './support/gateways.ts';
import { closedLoop, errorsOf, startLoad } from './support/mcpb.ts';
import { type Server, startNullServer } from './support/null-server.ts';
import { pinningNote, separateCores } from './support/pinning.ts';
import { type CpuTime, cpuOf } from './support/proc.ts';
import { sampleDuring, valueAt } from './support/sampler.ts';
import type { Table } from './support/table.ts';

const sampleMillis = 50;

/** What gateways with an echo backend cost per request, beside what wrk itself costs against the null server. */
export async function benchGateway(options: Options): Promise<Table> {
  const cores = separateCores();
  const load = { seconds: options.seconds, core: cores?.client };
  const servers: Server[] = [];
  try {
    const nullServer = await startNullServer(cores?.server);
    servers.push(nullServer);
    const subjects = [against(nullServer, wrk, load)];
    for (const gateway of gateways) {
      const server = await startGateway(gateway, cores?.server);
      servers.push(server);
      subjects.push(...costs(gateway, server, load));
    }
    const rows = await compareInRounds(subjects, options);
    return { head: comparisonHead, rows, notes: [pinningNote(cores)] };
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

type Window = Pick<Load, 'seconds' | 'core'>;

function costs({ name, transports }: Gateway, { pid, urls }: Server, window: Window): Subject[] {
  return transports.map((transport) => ({
    name,
    transport,
    measure: (connections) => costPerRequest(pid, { ...window, connections, url: urls[transport] }),
  }));
}

/** CPU time of a server between the instants at which the load's window opened and closed, by completed request. */
async function costPerRequest(pid: number, load: Load): Promise<Measurement> {
  const { result } = await startLoad(closedLoop(load), load.core);
  const [samples, { metrics, window }] = await Promise.all([
    sampleDuring(result, sampleMillis, () => cpuOf(pid)),
    result,
  ]);
  const spent = (of: (cpu: CpuTime) => number) =>
    valueAt(samples, Date.parse(window.to), of) - valueAt(samples, Date.parse(window.from), of);
  return {
    requestsPerSecond: metrics.throughputPerSecond,
    userMicros: spent(({ user }) => user) / metrics.requests.completed,
    kernelMicros: spent(({ kernel }) => kernel) / metrics.requests.completed,
    errors: errorsOf(metrics),
  };
}
