import autocannon from 'autocannon';
import type { Load } from '../peer.ts';
import type { ToolReport } from '../support/measurement.ts';
import { body, headers, warmupSeconds } from '../workload.ts';

const { url, connections, rate, seconds }: Load = JSON.parse(process.argv[2]);
const pace = rate === undefined ? {} : { overallRate: rate };

const attack = (duration: number) =>
  autocannon({ url, connections, duration, method: 'POST', headers, body, timeout: 30, ...pace });

// Its own latencies count in the open model only; a closed loop is measured from outside, in one go.
if (rate !== undefined) await attack(warmupSeconds);
const running = attack(seconds);
process.once('SIGINT', () => running.stop());
const { requests, duration, errors, timeouts, non2xx, latency } = await running;
const report: ToolReport = {
  requests: requests.total,
  requestsPerSecond: requests.total / duration,
  errors: errors + timeouts + non2xx,
  latency: { p50: latency.p50 * 1000, p99: latency.p99 * 1000, max: latency.max * 1000 },
};
console.log(JSON.stringify(report));
