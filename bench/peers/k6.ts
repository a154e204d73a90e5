import { fileURLToPath } from 'node:url';
import type { Load, Peer } from '../peer.ts';
import { type Client, startClient } from '../support/client.ts';
import type { Latency, ToolReport } from '../support/measurement.ts';
import type { Command } from '../support/processes.ts';
import { peerProgram } from '../support/programs.ts';
import { body, headers } from '../workload.ts';

const script = fileURLToPath(new URL('k6-script.js', import.meta.url));
const quiet = ['--quiet', '--no-usage-report', '--address', '127.0.0.1:0'];

/** Over HTTP its default executor, with as many VUs as connections; a WebSocket gets its next message in `onmessage`. */
export function k6(transport: 'http' | 'websocket'): Peer {
  return { name: 'k6', transport, program: 'k6', open: transport === 'http', start: (load) => start(transport, load) };
}

function start(transport: string, load: Load): Promise<Client> {
  const { command, env } = k6Command(transport, load);
  return startClient(command, load.core, parseK6, env);
}

/** With `idle` each WebSocket sends one message and then nothing. */
export function k6Command(transport: string, load: Omit<Load, 'core'> & { readonly idle?: boolean }) {
  const env = { ...process.env, BENCH_LOAD: JSON.stringify({ ...load, transport, body, headers }) };
  const command: Command = [peerProgram('k6'), 'run', ...quiet, script];
  return { command, env };
}

type Values = Readonly<Record<string, number>>;

/** The values of k6's metrics by name: requests over HTTP or, where there are none, messages of WebSockets. */
export function parseK6(text: string): ToolReport {
  const metrics: Readonly<Record<string, Values | undefined>> = JSON.parse(text);
  const { count: requests, rate } = metrics.http_reqs ?? metrics.ws_msgs_received ?? { count: 0, rate: 0 };
  const { http_req_failed: failed, failures, dropped_iterations: dropped, http_req_duration: duration } = metrics;
  return {
    requests,
    requestsPerSecond: rate,
    errors: (failed?.passes ?? 0) + (failures?.count ?? 0),
    dropped: dropped?.count ?? 0,
    latency: duration === undefined ? null : latencyOf(duration),
  };
}

/** ms → µs */
function latencyOf({ med, 'p(99)': p99, max }: Values): Latency {
  return { p50: med * 1000, p99: p99 * 1000, max: max * 1000 };
}
