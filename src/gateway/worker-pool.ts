import { randomBytes } from 'node:crypto';
import type { Writable } from 'node:stream';
import { type ResourceLimits, Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import type { GatewayConfig } from './config.ts';
import { Counters } from './counters.ts';
import { InFlight, slotsFor } from './in-flight.ts';
import { Inquiries, type Question, type ThreadAnswer } from './inquiry.ts';
import type { FromWorker, ToWorker, WorkerStart } from './protocol.ts';
import { SessionRelay } from './session-relay.ts';
import { ticketKeyBytes } from './tls.ts';

/** A worker that has not answered a ping for so long is not alive, in ms. */
const answerMillis = 5_000;
const pingMillis = 1_000;

interface Member {
  readonly thread: Worker;
  lastAnswer: number;
  /** Its exit is wanted. */
  leaving: boolean;
}

/** The data plane's threads, seen from main: start, watch, drain, stop. */
export class WorkerPool {
  /** One per worker ever started: what a dead one counted still counts. */
  readonly counters: readonly Counters[];
  /** Resolves when no worker is left, with the first failure if one has failed. */
  readonly ended: Promise<Error | undefined>;
  /** Resolves when the client on standard input and output wants no more. */
  readonly clientOver: Promise<void>;
  readonly #members = new Map<number, Member>();
  readonly #relay: SessionRelay;
  readonly #inquiries = new Inquiries();
  readonly #log: Logger;
  readonly #ping: NodeJS.Timeout;
  readonly #clientOver = Promise.withResolvers<void>();
  #failure: Error | undefined;

  private constructor(starts: readonly WorkerStart[], log: Logger) {
    this.#log = log;
    this.clientOver = this.#clientOver.promise;
    this.counters = starts.map((start) => new Counters(start.counters));
    this.#relay = new SessionRelay((to, message) => this.#members.get(to)?.thread.postMessage(message));
    const exits = starts.map((start) => this.#spawn(start));
    this.ended = Promise.all(exits).then(() => {
      clearInterval(this.#ping);
      return this.#failure;
    });
    this.#ping = setInterval(() => this.#broadcast({ type: 'ping' }), pingMillis);
  }

  /** Resolves when every worker listens; rejects with the error of the first that cannot. */
  static async start(config: GatewayConfig, version: string, log: Logger): Promise<WorkerPool> {
    const inFlight = InFlight.allocate(config.workers, slotsFor(config));
    const ticketKeys = randomBytes(ticketKeyBytes);
    const starts = Array.from({ length: config.workers }, (_, index) => ({
      config,
      ticketKeys,
      index,
      version,
      counters: Counters.allocate(),
      inFlight,
    }));
    const pool = new WorkerPool(starts, log);
    const ready = pool.#allReady();
    await Promise.race([ready, pool.#firstFailure()]).catch(async (error: Error) => {
      await pool.stop();
      throw error;
    });
    return pool;
  }

  /** Every worker that should run answered within 5 s. */
  get alive(): boolean {
    const since = performance.now() - answerMillis;
    return this.#members.size > 0 && [...this.#members.values()].every((member) => member.lastAnswer > since);
  }

  /** What each worker answers within `millis`; those that do not are left out. */
  async ask(question: Question, millis: number): Promise<ThreadAnswer[]> {
    const asked = [...this.#members].map(async ([index, { thread }]) => {
      const answer = await this.#inquiries.ask((message) => thread.postMessage(message), question, millis);
      return { thread: `worker-${index}`, answer };
    });
    return (await Promise.all(asked)).flatMap(({ thread, answer }) =>
      answer === undefined ? [] : [{ thread, answer }],
    );
  }

  /** Resolves when every worker is ready for this configuration. */
  async stage(config: GatewayConfig): Promise<void> {
    const members = [...this.#members.values()];
    this.#broadcast({ type: 'stage', config });
    await Promise.all(members.map(({ thread }) => answered(thread, 'staged')));
  }

  commit(): void {
    this.#broadcast({ type: 'commit' });
  }

  drain(): void {
    this.#broadcast({ type: 'drain' });
  }

  cut(): void {
    this.#broadcast({ type: 'cut' });
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#members.values()].map((member) => this.#terminate(member)));
  }

  async #terminate(member: Member): Promise<void> {
    member.leaving = true;
    await member.thread.terminate();
  }

  #broadcast(message: ToWorker): void {
    for (const member of this.#members.values()) member.thread.postMessage(message);
  }

  /** Resolves at the thread's exit. */
  #spawn(start: WorkerStart): Promise<void> {
    const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
    const thread = new Worker(new URL(`./worker${extension}`, import.meta.url), {
      workerData: start,
      stdin: start.config.stdio && start.index === 0,
      resourceLimits: heapOf(start.config),
    });
    if (thread.stdin !== null) this.#passInput(thread, thread.stdin);
    const member = { thread, lastAnswer: performance.now(), leaving: false };
    this.#members.set(start.index, member);
    this.#relay.join(start.index);
    thread.on('message', (message: FromWorker) => this.#receive(start.index, member, message));
    thread.on('error', (error: Error) => this.#lost(start.index, member, error));
    return new Promise((resolve) =>
      thread.once('exit', () => {
        if (!member.leaving) this.#lost(start.index, member, new Error(`worker ${start.index} ended unexpectedly`));
        this.#members.delete(start.index);
        this.#relay.leave(start.index);
        resolve();
      }),
    );
  }

  /** What the worker writes on its standard output is ours by itself. */
  #passInput(thread: Worker, input: Writable): void {
    process.stdin.pipe(input);
    process.stdout.on('error', () => this.#clientOver.resolve());
    thread.once('exit', () => process.stdin.unpipe(input).pause());
  }

  #lost(worker: number, member: Member, error: Error): void {
    member.leaving = true;
    this.#failure ??= error;
    this.#log.error({ worker, err: error }, 'worker lost, and with it its connections');
  }

  #receive(from: number, member: Member, message: FromWorker): void {
    member.lastAnswer = performance.now();
    if (message.type === 'drained') void this.#terminate(member);
    else if (message.type === 'answer') this.#inquiries.answered(message.id, message.answer);
    else if (message.type === 'client-over') this.#clientOver.resolve();
    else if (message.type !== 'ready' && message.type !== 'pong' && message.type !== 'staged')
      this.#relay.receive(from, message);
  }

  async #allReady(): Promise<void> {
    const threads = [...this.#members.values()].map((member) => member.thread);
    await Promise.all(
      threads.map(
        (thread) =>
          new Promise<void>((resolve) => {
            thread.on('message', (message: FromWorker) => message.type === 'ready' && resolve());
          }),
      ),
    );
  }

  async #firstFailure(): Promise<never> {
    const threads = [...this.#members.values()].map((member) => member.thread);
    return new Promise((_, reject) => {
      for (const thread of threads) thread.once('error', reject);
    });
  }
}

/** Resolves at the next message of that type, or when there will be none. */
function answered(thread: Worker, type: FromWorker['type']): Promise<void> {
  return new Promise((resolve) => {
    const look = (message: FromWorker): void => {
      if (message.type === type) settle();
    };
    const settle = (): void => {
      thread.off('message', look).off('exit', settle);
      resolve();
    };
    thread.on('message', look).on('exit', settle);
  });
}

/** A worker's share of the heap; V8 decides where nobody does. */
function heapOf({ heap, workers }: GatewayConfig): ResourceLimits {
  return heap === undefined ? {} : { maxOldGenerationSizeMb: Math.ceil(heap / workers / 2 ** 20) };
}
