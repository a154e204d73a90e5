import { fileURLToPath } from 'node:url';
import type { Metrics, RunResult } from '../../src/results/result.ts';
import type { Load } from '../peer.ts';
import { warmupSeconds } from '../workload.ts';
import { pinned } from './pinning.ts';
import { type Command, type Ended, type Started, start } from './processes.ts';
import { scratch } from './scratch.ts';

/** How this clone's `mcpb` is run as a process. */
export const mcpbCommand: Command = [process.execPath, fileURLToPath(new URL('../../bin/run.js', import.meta.url))];

/** Starts `mcpb load`; `result` is there when it has ended. */
export async function startLoad(
  args: readonly string[],
  core: number | undefined,
): Promise<Started & { readonly result: Promise<RunResult> }> {
  const command = [...mcpbCommand, 'load', '--ui', 'none', '--json', ...args];
  const started = await start(pinned(command, core), process.env, scratch());
  return { ...started, result: started.ended.then(parseResult) };
}

/** Arguments of `mcpb load` for `tools/list` with one worker. */
export function loadArguments({ url, connections, seconds, rate }: Load): string[] {
  const window = ['-d', `${seconds}s`, '--warmup', `${warmupSeconds}s`];
  const pace = rate === undefined ? [] : ['-R', `${rate}`];
  return ['-t', url, '-w', '1', '-u', `${connections}`, ...pace, ...window, 'tools/list'];
}

/** A run whose requests failed still has a result; without one, what is printed says why. */
function parseResult({ code, stdout, stderr }: Ended): RunResult {
  const document = stdout === '' ? undefined : JSON.parse(stdout);
  if (document?.schema !== 'mcpb.result/1')
    throw new Error(`mcpb load ended with ${code} and no result: ${stdout}${stderr}`);
  return document;
}

/** Requests of a result that did not end `ok`. */
export function errorsOf({ outcomes }: Metrics): number {
  return Object.values(outcomes).reduce((sum, count) => sum + count, -outcomes.ok);
}
