import { type HeapProfiler, type Profiler, Session } from 'node:inspector/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Between two samples of what runs, in µs. */
export const cpuIntervalMicros = 1_000;
/** Between two samples of what is allocated, in bytes. */
export const heapIntervalBytes = 512 * 1024;

/** The inspector of one thread, connected from within. Samples allocations from its start on. */
export class ThreadProfiler {
  readonly #session: Session;

  private constructor(session: Session) {
    this.#session = session;
  }

  static async start(): Promise<ThreadProfiler> {
    const session = new Session();
    session.connect();
    await session.post('HeapProfiler.enable');
    await session.post('HeapProfiler.startSampling', { samplingInterval: heapIntervalBytes });
    return new ThreadProfiler(session);
  }

  /** Of the next so many seconds; one at a time. */
  async cpu(seconds: number): Promise<Profiler.Profile> {
    await this.#session.post('Profiler.enable');
    await this.#session.post('Profiler.setSamplingInterval', { interval: cpuIntervalMicros });
    await this.#session.post('Profiler.start');
    await sleep(seconds * 1_000);
    const { profile } = await this.#session.post('Profiler.stop');
    await this.#session.post('Profiler.disable');
    return profile;
  }

  /** What was allocated since the start and is still there. */
  async heap(): Promise<HeapProfiler.SamplingHeapProfile> {
    return (await this.#session.post('HeapProfiler.getSamplingProfile')).profile;
  }

  stop(): void {
    this.#session.disconnect();
  }
}
