import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { childGroups, signalGroup } from '../child-groups.ts';
import { now } from '../clock.ts';
import { readBatch } from '../read-batch.ts';
import type { ByteStream, StreamFactory, StreamHandler, StreamObserver } from '../stream.ts';

/** A server whose standard input has ended has so long to exit, and as long again after SIGTERM. */
const patienceMillis = 2000;
/** What a server wrote before it exited is awaited for so long: others may hold its pipes open. */
const remainderMillis = 250;
/** How much of standard error is kept. */
const lastWordsLength = 1000;

/** Standard input and output of a command of its own. */
export const processStreams: StreamFactory = ({ target }, observer) => {
  const [file, ...args] = target.command ?? [];
  return (handler) => new ProcessStream(file, args, handler, observer);
};

/**
 * One spawned server, the leader of a process group of its own.
 *
 *     running ──exit, end of output──► remainder ──all pipes ended, or 250 ms──► closed
 *     running ──end()──► input ended ──2 s──► SIGTERM ──2 s──► SIGKILL
 *
 * With the leader its whole group is killed.
 */
class ProcessStream implements ByteStream {
  readonly #child: ChildProcessWithoutNullStreams | undefined;
  readonly #written = (): void => this.#drained();
  readonly #observer: StreamObserver;
  readonly #startedAt = now();
  /** Undefined once nothing is to be told any more. */
  handler: StreamHandler | undefined;
  #timer: NodeJS.Timeout | undefined;
  #waits = false;
  #exit: string | undefined;
  #said = '';

  constructor(file: string, args: readonly string[], handler: StreamHandler, observer: StreamObserver) {
    this.handler = handler;
    this.#observer = observer;
    try {
      this.#child = spawn(file, args, { stdio: 'pipe', detached: true });
    } catch (error) {
      setImmediate(() => this.#close(error as NodeJS.ErrnoException));
      return;
    }
    this.#listen(this.#child);
  }

  get #idle(): boolean {
    return this.#child === undefined || this.#child.stdin.writableLength === 0;
  }

  get lastWords(): string {
    const said = this.#said.trim();
    return [this.#exit, said && `it said on standard error:\n${said}`].filter(Boolean).join('; ');
  }

  write(bytes: Uint8Array): boolean {
    this.#child?.stdin.write(bytes, this.#written);
    this.#waits = !this.#idle;
    return !this.#waits;
  }

  end(): void {
    this.#forget();
    this.#child?.stdin.end();
    if (this.#exit !== undefined) return this.#release();
    this.#later(patienceMillis, () => {
      this.#signal('SIGTERM');
      this.#later(patienceMillis, () => this.#signal('SIGKILL'));
    });
  }

  destroy(): void {
    this.#forget();
    this.#signal('SIGKILL');
    this.#release();
  }

  #listen(child: ChildProcessWithoutNullStreams): void {
    const { pid, stdin, stdout, stderr } = child;
    if (pid !== undefined) childGroups.began(pid);
    child.on('spawn', () => this.#spawned(now()));
    child.on('error', (error) => this.#close(error));
    child.on('exit', (code, signal) => this.#exited(code, signal));
    child.on('close', () => this.#close());
    // That nobody reads any more is told by the exit.
    stdin.on('error', () => undefined);
    stdout.on('data', (chunk: Buffer) => readBatch.takeAtOnce(this, chunk, chunk.length, now()));
    stdout.on('end', () => this.#awaitRemainder());
    stderr.on('data', (chunk: Buffer) => {
      this.#said = (this.#said + chunk.toString()).slice(-lastWordsLength);
    });
  }

  #spawned(at: number): void {
    this.#observer.connected(at - this.#startedAt);
    this.handler?.connected(at);
  }

  #exited(code: number | null, signal: string | null): void {
    this.#exit = code === null ? `the command was ended by ${signal}` : `the command ended with code ${code}`;
    childGroups.ended(this.#child!.pid!);
    this.#awaitRemainder();
  }

  #awaitRemainder(): void {
    this.#later(remainderMillis, () => this.#close());
  }

  #close(error?: NodeJS.ErrnoException): void {
    const handler = this.handler;
    this.#forget();
    this.#signal('SIGKILL');
    this.#release();
    handler?.closed(error, now());
  }

  #drained(): void {
    if (!this.#waits || !this.#idle) return;
    this.#waits = false;
    this.handler?.drained(now());
  }

  #forget(): void {
    this.handler = undefined;
    clearTimeout(this.#timer);
  }

  /** Lets go of the pipes: a process that has left the group may hold their other ends for ever. */
  #release(): void {
    for (const pipe of [this.#child?.stdin, this.#child?.stdout, this.#child?.stderr]) pipe?.destroy();
  }

  #later(millis: number, action: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(action, millis);
  }

  #signal(signal: NodeJS.Signals): void {
    const pid = this.#child?.pid;
    if (pid !== undefined && this.#exit === undefined) signalGroup(pid, signal);
  }
}
