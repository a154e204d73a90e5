// The load in the environment as JSON: { url, transport, connections, seconds, rate?, idle?, body, headers }.
import exec from 'k6/execution';
import http from 'k6/http';
import { Counter } from 'k6/metrics';
import { WebSocket } from 'k6/websockets';

const load = JSON.parse(__ENV.BENCH_LOAD);
const failures = new Counter('failures');

const closed = { executor: 'constant-vus', vus: load.connections, duration: `${load.seconds}s` };
const open = {
  executor: 'constant-arrival-rate',
  rate: load.rate,
  duration: `${load.seconds}s`,
  preAllocatedVUs: load.connections,
};
// One socket per VU for the whole run: the script itself closes it in time.
const sockets = {
  executor: 'per-vu-iterations',
  vus: load.connections,
  iterations: 1,
  maxDuration: `${load.seconds + 60}s`,
};

export const options = {
  discardResponseBodies: true,
  summaryTrendStats: ['med', 'p(99)', 'max'],
  scenarios: { load: load.transport === 'websocket' ? sockets : load.rate ? open : closed },
};

export default load.transport === 'websocket' ? hold : post;

function post() {
  http.post(load.url, load.body, { headers: load.headers });
}

function hold() {
  const socket = new WebSocket(load.url);
  const left = exec.scenario.startTime + load.seconds * 1000 - Date.now();
  const close = setTimeout(() => socket.close(), left);
  socket.onopen = () => socket.send(load.body);
  if (!load.idle) socket.onmessage = () => socket.send(load.body);
  socket.onerror = () => {
    failures.add(1);
    clearTimeout(close);
  };
}

export function handleSummary({ metrics }) {
  const values = Object.entries(metrics).map(([name, metric]) => [name, metric.values]);
  return { stdout: JSON.stringify(Object.fromEntries(values)) };
}
