import { resourcesOfThread, sizeOf } from './census.ts';
import type { Question, ThreadAnswer } from './inquiry.ts';
import type { ThreadProfiler } from './profiling/thread-profiler.ts';
import { answerOf, startProfiler } from './thread-answers.ts';
import type { WorkerPool } from './worker-pool.ts';

/** How long a worker may take to say what it has on its hands, in ms. */
const censusMillis = 250;

/** Main and the workers. */
export class Threads {
  readonly #pool: WorkerPool;
  readonly #profiler: ThreadProfiler | undefined;
  /** Where a thread is too busy to answer, it is taken to be as it was. */
  readonly #sizes = new Map<string, number>();

  private constructor(pool: WorkerPool, profiler: ThreadProfiler | undefined) {
    this.#pool = pool;
    this.#profiler = profiler;
  }

  static async of(pool: WorkerPool, profiling: boolean): Promise<Threads> {
    return new Threads(pool, profiling ? await startProfiler() : undefined);
  }

  /** The answers that come within `millis`; `main` first. */
  async ask(question: Question, millis: number): Promise<ThreadAnswer[]> {
    const census = () => ({ queues: [], pending: {}, resources: resourcesOfThread() });
    const [answer, workers] = await Promise.all([
      answerOf(question, census, this.#profiler),
      this.#pool.ask(question, millis),
    ]);
    return answer === undefined ? workers : [{ thread: 'main', answer }, ...workers];
  }

  /** Pending requests, timers, sockets and the like, in all threads. */
  async size(): Promise<number> {
    for (const { thread, answer } of await this.ask({ kind: 'census' }, censusMillis))
      if (answer.kind === 'census') this.#sizes.set(thread, sizeOf(answer.census));
    return [...this.#sizes.values()].reduce((total, size) => total + size, 0);
  }

  stop(): void {
    this.#profiler?.stop();
  }
}
