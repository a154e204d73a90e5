import type { Load, Peer } from '../peer.ts';
import { type Client, startClient } from '../support/client.ts';
import type { ToolReport } from '../support/measurement.ts';
import { peerProgram } from '../support/programs.ts';
import { body } from '../workload.ts';
import { headerFlags } from './header-flags.ts';

/** Its `--rate` caps a closed loop; an open model it has not. */
export const bombardier: Peer = {
  name: 'bombardier',
  transport: 'http',
  program: 'bombardier',
  open: false,
  start,
};

function start(load: Load): Promise<Client> {
  const extent = ['-c', `${load.connections}`, '-d', `${load.seconds}s`, '-t', '30s'];
  const request = ['-m', 'POST', '-b', body, ...headerFlags('-H'), load.url];
  return startClient(
    [peerProgram('bombardier'), '-p', 'result', '-o', 'json', '-l', ...extent, ...request],
    load.core,
    parseBombardier,
  );
}

interface Result {
  readonly timeTakenSeconds: number;
  readonly req1xx: number;
  readonly req2xx: number;
  readonly req3xx: number;
  readonly req4xx: number;
  readonly req5xx: number;
  readonly others: number;
  /** µs. */
  readonly latency: { readonly max: number; readonly percentiles: Readonly<Record<'50' | '99', number>> };
}

/** What `bombardier -o json -l` prints. */
export function parseBombardier(text: string): ToolReport {
  const { result }: { readonly result: Result } = JSON.parse(text);
  const { req2xx: requests, latency } = result;
  return {
    requests,
    requestsPerSecond: requests / result.timeTakenSeconds,
    errors: result.req1xx + result.req3xx + result.req4xx + result.req5xx + result.others,
    latency: { p50: latency.percentiles['50'], p99: latency.percentiles['99'], max: latency.max },
  };
}
