import { fileURLToPath } from 'node:url';
import { McpbError } from '../../src/errors.ts';
import type { Load, Peer } from '../peer.ts';
import type { Measurement } from '../support/comparison.ts';
import { pinned } from '../support/pinning.ts';
import { cpuBetween, cpuOfEndedChildren } from '../support/proc.ts';
import { run } from '../support/processes.ts';
import { hasProgram } from '../support/programs.ts';
import { body, headers } from '../workload.ts';

const script = fileURLToPath(new URL('wrk.lua', import.meta.url));

/** The unit of every table: one thread, its CPU time taken over its whole life. No other child may end meanwhile. */
export const wrk: Peer = { name: 'wrk', transport: 'http', run: measure };

async function measure({ url, connections, seconds, core }: Load): Promise<Measurement> {
  if (!hasProgram('wrk'))
    throw new McpbError('MCPB_E_PLATFORM', 'the bench needs wrk, the unit of its tables', {
      hint: 'apt-get install wrk',
    });
  const command = ['wrk', '-t1', `-c${connections}`, `-d${seconds}s`, '-s', script, url];
  const before = cpuOfEndedChildren();
  const output = parseWrk(await run(pinned(command, core), requestEnvironment()));
  const { user, kernel } = cpuBetween(before, cpuOfEndedChildren());
  return {
    requestsPerSecond: output.requestsPerSecond,
    userMicros: user / output.requests,
    kernelMicros: kernel / output.requests,
    errors: output.errors,
  };
}

function requestEnvironment(): NodeJS.ProcessEnv {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return { ...process.env, BENCH_BODY: body, BENCH_HEADERS: lines.join('\n') };
}

export interface WrkOutput {
  readonly requests: number;
  readonly requestsPerSecond: number;
  /** Socket errors of all kinds and replies that are neither 2xx nor 3xx. */
  readonly errors: number;
}

/** The text wrk prints at its end. */
export function parseWrk(text: string): WrkOutput {
  const requests = /^\s*(\d+) requests in /m.exec(text);
  const rate = /^Requests\/sec:\s+([\d.]+)/m.exec(text);
  if (!requests || !rate) throw new Error(`wrk printed no result: ${text}`);
  const socket = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(text)?.slice(1) ?? [];
  const status = /Non-2xx or 3xx responses: (\d+)/.exec(text)?.slice(1) ?? [];
  const errors = [...socket, ...status].reduce((sum, count) => sum + Number(count), 0);
  return { requests: Number(requests[1]), requestsPerSecond: Number(rate[1]), errors };
}
