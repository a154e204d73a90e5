import autocannon from 'autocannon';
import type { Load } from '../peer.ts';
import { body, headers, warmupSeconds } from '../workload.ts';
import { measurement } from './node-peer.ts';

const { url, connections, rate: overallRate, seconds }: Load = JSON.parse(process.argv[2]);
const pace = overallRate === undefined ? {} : { overallRate };

const attack = (duration: number) =>
  autocannon({ url, connections, duration, method: 'POST', headers, body, timeout: 30, ...pace });

await attack(warmupSeconds);
const before = process.cpuUsage();
const { requests, duration, errors, timeouts, non2xx, latency } = await attack(seconds);
const report = {
  requests: requests.total,
  requestsPerSecond: requests.total / duration,
  errors: errors + timeouts + non2xx,
  latency: { p50: latency.p50 * 1000, p99: latency.p99 * 1000, max: latency.max * 1000 },
};
console.log(JSON.stringify(measurement(report, before)));
