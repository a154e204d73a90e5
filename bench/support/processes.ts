import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** Ends it with a signal (SIGTERM), after some seconds (5) with SIGKILL. */
  stop(signal?: NodeJS.Signals, graceSeconds?: number): Promise<void>;
}

/** A program and its arguments. */
export type Command = readonly string[];

/** Starts a program; its output is kept. Rejects when it cannot be started. */
export async function start(
  command: Command,
  env: NodeJS.ProcessEnv = process.env,
  cwd: string = process.cwd(),
): Promise<Started> {
  const { child, ended } = await launch(command, env, cwd);
  return started(child, ended);
}

/** Runs a program to its end. Anything but exit code 0 is an error that shows what it wrote. */
export async function run(command: Command, env?: NodeJS.ProcessEnv): Promise<string> {
  return outputOf(command, await start(command, env));
}

/** What a started program printed, once it has ended well. */
export async function outputOf(command: Command, { ended }: Started): Promise<string> {
  const { code, stdout, stderr } = await ended;
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}: ${stderr || stdout}`);
  return stdout;
}

/** Starts a server and waits until its standard output is one JSON document. */
export async function startServer(command: Command): Promise<Started & { readonly ready: unknown }> {
  const { child, ended } = await launch(command, process.env, process.cwd());
  const ready = await Promise.race([firstDocument(child), ended.then(failedToStart(command))]);
  return { ...started(child, ended), ready };
}

/** Stops the process when `body` is done with it, well or not. */
export async function whileRunning<P extends Started, T>(process: P, body: (process: P) => Promise<T>): Promise<T> {
  try {
    return await body(process);
  } finally {
    await process.stop();
  }
}

interface Launched {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

async function launch(command: Command, env: NodeJS.ProcessEnv, cwd: string): Promise<Launched> {
  const [program, ...args] = command;
  const child = spawn(program, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const written = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => (written.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (written.stderr += text));
  const ended = once(child, 'close').then(([code]): Ended => ({ code, ...written }));
  ended.catch(() => {});
  await once(child, 'spawn');
  return { child, ended };
}

function started(child: ChildProcess, ended: Promise<Ended>): Started {
  const stop: Started['stop'] = async (signal = 'SIGTERM', graceSeconds = 5) => {
    child.kill(signal);
    const last = setTimeout(() => child.kill('SIGKILL'), graceSeconds * 1000);
    await ended;
    clearTimeout(last);
  };
  return { pid: child.pid ?? 0, ended, stop };
}

function firstDocument(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => {
    let text = '';
    child.stdout?.on('data', (chunk) => {
      text += chunk;
      const value = parsed(text);
      if (value !== undefined) resolve(value);
    });
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function failedToStart(command: Command) {
  return ({ code, stderr }: Ended): never => {
    throw new Error(`${command.join(' ')} ended with ${code} before it was ready: ${stderr}`);
  };
}
