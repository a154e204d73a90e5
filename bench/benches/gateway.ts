import type { Bench } from '../bench.ts';
import type { Load } from '../peer.ts';
import { reportOf } from '../peers/mcpb.ts';
import { wrk } from '../peers/wrk.ts';
import { comparisonHead, comparisonRows, type Round, roundPieces, type Subject } from '../support/comparison.ts';
import {
  echoGateways,
  forwardingGateways,
  type Gateway,
  gatewayTransports,
  startGateway,
} from '../support/gateways.ts';
import { loadArguments, startLoad } from '../support/mcpb.ts';
import type { Measurement } from '../support/measurement.ts';
import { type Server, startNullServer } from '../support/null-server.ts';
import { pinningNote, separateCores } from '../support/pinning.ts';
import { type CpuTime, cpuOf, peakResidentBytes } from '../support/proc.ts';
import { ruled } from '../support/ruler.ts';
import { sampleDuring, valueAt } from '../support/sampler.ts';

const sampleMillis = 50;

/** What gateways cost per request, answering by themselves and passing on, beside what wrk itself costs against the null server. */
export const gateway: Bench<Round> = {
  flags: ['connections', 'seconds', 'rounds'],

  pieces(options) {
    const cores = separateCores();
    const { seconds = 3, connections = [64] } = options;
    const load = { seconds, core: cores?.client };
    return roundPieces('gateway', { ...options, seconds, connections }, async (measure) => {
      const servers: Server[] = [];
      try {
        const nullServer = await startNullServer(cores?.server);
        servers.push(nullServer);
        const upstream = await startNullServer(cores?.client);
        servers.push(upstream);
        const subjects = [ruled(nullServer, wrk, load)];
        for (const one of [...echoGateways, ...forwardingGateways(upstream.urls.http)]) {
          const server = await startGateway(one, cores?.server);
          servers.push(server);
          subjects.push(...costs(one, server, load));
        }
        return await measure(subjects);
      } finally {
        await Promise.all(servers.map((server) => server.stop()));
      }
    });
  },

  table(rounds) {
    return { head: comparisonHead, rows: comparisonRows(rounds), notes: [pinningNote(separateCores())] };
  },
};

type Window = Pick<Load, 'seconds' | 'core'>;

function costs({ name, token }: Gateway, { pid, urls }: Server, window: Window): Subject[] {
  return gatewayTransports.map((transport) => ({
    name,
    transport,
    measure: (connections) => costPerRequest(pid, { ...window, connections, url: urls[transport] }, token),
  }));
}

/** CPU time of a server between the instants at which the load's window opened and closed, by completed request. */
async function costPerRequest(pid: number, load: Load, token: string | undefined): Promise<Measurement> {
  const shown = token === undefined ? [] : ['--token', token];
  const { result } = await startLoad([...shown, ...loadArguments(load)], load.core);
  const [samples, run] = await Promise.all([sampleDuring(result, sampleMillis, () => cpuOf(pid)), result]);
  const { metrics, window } = run;
  const spent = (of: (cpu: CpuTime) => number) =>
    valueAt(samples, Date.parse(window.to), of) - valueAt(samples, Date.parse(window.from), of);
  return {
    requestsPerSecond: metrics.throughputPerSecond,
    userMicros: spent(({ user }) => user) / metrics.requests.completed,
    kernelMicros: spent(({ kernel }) => kernel) / metrics.requests.completed,
    peakBytes: peakResidentBytes(pid),
    report: reportOf(run),
  };
}
