import type { Load, Peer } from '../peer.ts';
import { type Client, startClient } from '../support/client.ts';
import type { ToolReport } from '../support/measurement.ts';
import { peerProgram } from '../support/programs.ts';
import { body } from '../workload.ts';
import { headerFlags } from './header-flags.ts';

/** In the open model with the correction of latencies it offers. */
export const oha: Peer = { name: 'oha', transport: 'http', program: 'oha', open: true, start };

function start(load: Load): Promise<Client> {
  const { connections, seconds, rate } = load;
  const pace = rate === undefined ? [] : ['-q', `${rate}`, '--latency-correction'];
  const extent = ['-c', `${connections}`, '-z', `${seconds}s`, '--wait-ongoing-requests-after-deadline', ...pace];
  const request = ['-m', 'POST', '-d', body, ...headerFlags('-H'), load.url];
  return startClient(
    [peerProgram('oha'), '--no-tui', '--output-format', 'json', ...extent, ...request],
    load.core,
    parseOha,
  );
}

interface Result {
  readonly summary: {
    readonly requestsPerSec: number;
    /** s. */
    readonly slowest: number;
  };
  /** s. */
  readonly latencyPercentiles: Readonly<Record<'p50' | 'p99', number>>;
  readonly statusCodeDistribution: Readonly<Record<string, number>>;
  readonly errorDistribution: Readonly<Record<string, number>>;
}

/** What `oha --output-format json` prints. */
export function parseOha(text: string): ToolReport {
  const { summary, latencyPercentiles, statusCodeDistribution, errorDistribution }: Result = JSON.parse(text);
  const total = (counts: Readonly<Record<string, number>>) =>
    Object.values(counts).reduce((sum, count) => sum + count, 0);
  const requests = total(statusCodeDistribution);
  return {
    requests,
    requestsPerSecond: summary.requestsPerSec,
    errors: requests - (statusCodeDistribution['200'] ?? 0) + total(errorDistribution),
    latency: { p50: latencyPercentiles.p50 * 1e6, p99: latencyPercentiles.p99 * 1e6, max: summary.slowest * 1e6 },
  };
}
