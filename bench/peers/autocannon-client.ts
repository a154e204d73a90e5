import autocannon from 'autocannon';
import type { Load } from '../peer.ts';
import { body, headers, warmupSeconds } from '../workload.ts';
import { measurement } from './node-peer.ts';

const load: Load = JSON.parse(process.argv[2]);

const attack = (duration: number) =>
  autocannon({ url: load.url, connections: load.connections, duration, method: 'POST', headers, body });

await attack(warmupSeconds);
const before = process.cpuUsage();
const { requests, duration, errors, timeouts, non2xx } = await attack(load.seconds);
const window = { requests: requests.total, seconds: duration, errors: errors + timeouts + non2xx, before };
console.log(JSON.stringify(measurement(window)));
