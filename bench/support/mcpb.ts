import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Metrics, RunResult } from '../../src/results/result.ts';
import type { Load } from '../peer.ts';
import { warmupSeconds } from '../workload.ts';
import { pinned } from './pinning.ts';
import { type Command, type Ended, start } from './processes.ts';

/** How this clone's `mcpb` is run as a process. */
export const mcpbCommand: Command = [process.execPath, fileURLToPath(new URL('../../bin/run.js', import.meta.url))];

/** Result files of a bench are not the user's. */
function scratch(): string {
  const folder = join(tmpdir(), 'mcpb-bench');
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Starts `mcpb load` with one worker; `result` is there when it has ended. */
export async function startLoad(
  args: readonly string[],
  core: number | undefined,
): Promise<{ readonly pid: number; readonly result: Promise<RunResult> }> {
  const command = [...mcpbCommand, 'load', '-w', '1', '--ui', 'none', '--json', ...args];
  const { pid, ended } = await start(pinned(command, core), process.env, scratch());
  return { pid, result: ended.then(parseResult) };
}

/** Arguments of `mcpb load` for a closed loop of `tools/list`. */
export function closedLoop({ url, connections, seconds }: Load): string[] {
  const window = ['-d', `${seconds}s`, '--warmup', `${warmupSeconds}s`];
  return ['-t', url, '-u', `${connections}`, ...window, 'tools/list'];
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
