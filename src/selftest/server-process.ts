import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Address } from './endpoint.ts';
import type { FromServer, Interval, ServerReport, ServerSpec, ToServer } from './protocol.ts';

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const entry = fileURLToPath(new URL(`./server-main.${extension}`, import.meta.url));
const answersWithinMillis = 15_000;

/** A server of known behaviour in a process of its own. */
export class ServerProcess {
  readonly address: Address;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, address: Address) {
    this.#child = child;
    this.address = address;
  }

  static async start(spec: ServerSpec): Promise<ServerProcess> {
    const child = fork(entry, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    try {
      const ready = next(child, 'ready');
      post(child, { type: 'serve', spec });
      return new ServerProcess(child, (await ready).address);
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
  }

  get pid(): number {
    return this.#child.pid!;
  }

  begin(at: number): void {
    post(this.#child, { type: 'begin', at });
  }

  async finish(stops: readonly Interval[]): Promise<ServerReport> {
    const report = next(this.#child, 'report');
    post(this.#child, { type: 'finish', stops });
    const { type: _, ...rest } = await report;
    return rest;
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(signal);
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }
}

function post(child: ChildProcess, message: ToServer): void {
  child.send(message);
}

/** The next message of the child, which must be of this type. */
async function next<T extends FromServer['type']>(
  child: ChildProcess,
  type: T,
): Promise<Extract<FromServer, { type: T }>> {
  const signal = AbortSignal.timeout(answersWithinMillis);
  const ended = once(child, 'exit', { signal }).then(([code, by]) => {
    throw new Error(`a server of the selftest ended with ${code ?? by}`);
  });
  ended.catch(() => undefined);
  const [message] = (await Promise.race([once(child, 'message', { signal }), ended])) as [FromServer];
  if (message.type !== type) throw new Error(`a server of the selftest said ${message.type} instead of ${type}`);
  return message as Extract<FromServer, { type: T }>;
}
