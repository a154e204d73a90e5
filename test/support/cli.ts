import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expectIdentities, loadResults } from './identities.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Limit of open files, soft and hard. */
  readonly openFiles?: number;
  /** Called with the process id. */
  readonly onStart?: (pid: number) => void;
  /** Called with each line of stderr while the command runs, with a way to signal it and its process id. */
  readonly onStderr?: (line: string, kill: (signal: NodeJS.Signals) => void, pid: number) => void;
}

/**
 * Runs the built `mcpb` as its users do, without what the test runner put into the environment. The books of every run
 * that `load` left in a folder of its own, or printed, must balance.
 */
export async function mcpb(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const result = await execute(args, options);
  const { cwd = root } = options;
  if (args[0] === 'load' && cwd !== root) for (const run of loadResults(cwd, result.stdout)) expectIdentities(run);
  return result;
}

function execute(
  args: readonly string[],
  { cwd = root, env = {}, openFiles, onStart, onStderr }: CliOptions,
): Promise<CliResult> {
  const command = [process.execPath, `${root}bin/run.js`, ...args];
  const limited = ['sh', '-c', `ulimit -n ${openFiles}; exec "$@"`, 'sh', ...command];
  const [file, ...rest] = openFiles === undefined ? command : limited;
  const child = spawn(file, rest, {
    cwd,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (child.pid !== undefined) onStart?.(child.pid);
  let stdout = '';
  let stderr = '';
  let line = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
    const lines = (line + chunk).split('\n');
    line = lines.pop() ?? '';
    for (const whole of lines) onStderr?.(whole, (signal) => child.kill(signal), child.pid!);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('close', (code) => resolve({ code, stdout, stderr }));
  });
}
