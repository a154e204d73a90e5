import type { PerformanceObserver } from 'node:perf_hooks';
import { Counters } from './counters.ts';
import { createExposition } from './exposition.ts';
import { countCollections } from './metrics/garbage.ts';
import { Rates } from './metrics/rates.ts';
import type { Threads } from './threads.ts';

/** What main measures, beside what the workers count. */
export class Measures {
  readonly #threads: readonly Counters[];
  readonly #rates: Rates;
  readonly #collections: PerformanceObserver;

  constructor(workers: readonly Counters[]) {
    const own = new Counters(Counters.allocate());
    this.#threads = [...workers, own];
    this.#collections = countCollections(own);
    this.#rates = new Rates(this.#threads, { now: () => performance.now(), cpuMicros });
  }

  /** The text of `/metrics`; all there is unless some are named. */
  exposition(backend: string, threads: Threads, names?: readonly string[]): () => Promise<string> {
    this.#rates.start();
    const gauges = async () => ({
      ...this.#rates.read(),
      memoryBytes: process.memoryUsage.rss(),
      goroutines: await threads.size(),
    });
    return createExposition(this.#threads, backend, gauges, names && new Set(names));
  }

  stop(): void {
    this.#rates.stop();
    this.#collections.disconnect();
  }
}

/** Processor time of this process since its start, in µs. */
function cpuMicros(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
