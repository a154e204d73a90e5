import { fileURLToPath } from 'node:url';
import { McpbError } from '../../src/errors.ts';
import type { Load, Peer } from '../peer.ts';
import { type Client, startClient } from '../support/client.ts';
import type { ToolReport } from '../support/measurement.ts';
import { hasProgram } from '../support/programs.ts';
import { body, headers } from '../workload.ts';

const script = fileURLToPath(new URL('wrk.lua', import.meta.url));

/** The unit of every table: one thread. */
export const wrk: Peer = { name: 'wrk', transport: 'http', open: false, start };

async function start(load: Load): Promise<Client> {
  if (!hasProgram('wrk'))
    throw new McpbError('MCPB_E_PLATFORM', 'the bench needs wrk, the unit of its tables', {
      hint: 'apt-get install wrk',
    });
  const command = ['wrk', '-t1', `-c${load.connections}`, `-d${load.seconds}s`, '-s', script, load.url];
  return startClient(command, load.core, parseWrk, requestEnvironment());
}

function requestEnvironment(): NodeJS.ProcessEnv {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return { ...process.env, BENCH_BODY: body, BENCH_HEADERS: lines.join('\n') };
}

/** The text wrk prints at its end. Errors are socket errors of all kinds and replies that are neither 2xx nor 3xx. */
export function parseWrk(text: string): ToolReport {
  const requests = /^\s*(\d+) requests in /m.exec(text);
  const rate = /^Requests\/sec:\s+([\d.]+)/m.exec(text);
  if (!requests || !rate) throw new Error(`wrk printed no result: ${text}`);
  const socket = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(text)?.slice(1) ?? [];
  const status = /Non-2xx or 3xx responses: (\d+)/.exec(text)?.slice(1) ?? [];
  const errors = [...socket, ...status].reduce((sum, count) => sum + Number(count), 0);
  return { requests: Number(requests[1]), requestsPerSecond: Number(rate[1]), errors, latency: null };
}
