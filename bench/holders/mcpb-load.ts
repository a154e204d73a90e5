import { fileURLToPath } from 'node:url';
import type { RunResult } from '../../src/results/result.ts';
import type { Holder } from '../holder.ts';
import { startLoad } from '../support/mcpb.ts';
import { type Server, startNullServer } from '../support/null-server.ts';
import { residentBytes } from '../support/proc.ts';
import { whileRunning } from '../support/processes.ts';
import { spread } from '../support/rounds.ts';
import { sampleDuring } from '../support/sampler.ts';

const scenario = fileURLToPath(new URL('idle-sessions.yaml', import.meta.url));
const sampleMillis = 100;

/** A way to load a server over WebSocket, as arguments of `mcpb load`. */
export interface Sessions {
  readonly state: string;
  arguments(url: string, sessions: number): string[];
}

export const idleSessions: Sessions = {
  state: 'idle',
  arguments: (url, sessions) => [scenario, '-t', url, '-w', '1', '-u', `${sessions}`],
};

/** A closed loop: each session has a request under way all the time. */
export const busySessions: Sessions = {
  state: 'one request in flight',
  arguments: (url, sessions) => ['-t', url, '-w', '1', '-u', `${sessions}`, '-d', '4s', '--warmup', '0s', 'tools/list'],
};

/** The generator, against the null server. */
export function loadHolder(sessions: Sessions): Holder {
  return {
    name: 'mcpb load',
    state: sessions.state,
    residentBytes: async (count) =>
      whileRunning(await startNullServer(), async (server) => (await hold(sessions, server, count)).generatorBytes),
  };
}

/** Resident memory of both sides, median over the second half of the window. */
export async function hold(
  sessions: Sessions,
  server: Server,
  count: number,
): Promise<{ readonly generatorBytes: number; readonly serverBytes: number }> {
  const { pid, result } = await startLoad(sessions.arguments(server.urls.websocket, count), undefined);
  const [samples, run] = await Promise.all([
    sampleDuring(result, sampleMillis, () => ({ generator: residentBytes(pid), server: residentBytes(server.pid) })),
    result,
  ]);
  refuseFewer(run, count);
  const [from, to] = [Date.parse(run.window.from), Date.parse(run.window.to)];
  const late = samples.filter(({ at }) => at >= (from + to) / 2 && at <= to).map(({ value }) => value);
  return {
    generatorBytes: spread(late.map(({ generator }) => generator)).median,
    serverBytes: spread(late.map((sample) => sample.server)).median,
  };
}

function refuseFewer({ metrics, warnings }: RunResult, count: number): void {
  const { connections, outcomes } = metrics;
  if (connections.peak < count || outcomes.ok < count)
    throw new Error(
      `${connections.peak} of ${count} sessions were open, ${outcomes.ok} requests answered: ${warnings.map(({ message }) => message).join('; ')}`,
    );
}
