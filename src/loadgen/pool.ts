import { Worker } from 'node:worker_threads';
import type { WorkerInterval } from '../metrics/interval.ts';
import type { Plan } from '../scenario/plan.ts';
import { signalGroup } from './child-groups.ts';
import type { ScenarioFacts } from './facts.ts';
import type { FromWorker, Stop, ToWorker, WorkerStart } from './protocol.ts';
import { Unreachable } from './unreachable.ts';

export interface PoolEvents {
  /** All workers are up, none has connected yet. */
  up(): void;
  interval(interval: WorkerInterval): void;
  /** All workers have been told to stop: when their load ended, one by one, ms of the process-wide monotonic clock. */
  stopped(stops: readonly Stop[]): void;
}

export interface GcSummary {
  readonly count: number;
  readonly totalMicros: number;
  readonly maxMicros: number;
}

const workerUrl = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

/**
 * The worker threads of a run: up together, prepared from what the first of them surveyed, ready together, started
 * together, done together. A crash of one rejects what is awaited.
 */
export class WorkerPool {
  readonly #workers: readonly Worker[];
  readonly #ready = Promise.withResolvers<void>();
  readonly #done = Promise.withResolvers<GcSummary>();
  readonly #events: PoolEvents;
  /** What the survey found, by scenario; empty before. */
  facts: readonly ScenarioFacts[] = [];
  /** Process groups the workers have started: none outlives them, however they end. */
  readonly #groups = new Set<number>();
  readonly #killGroups = (): void => {
    for (const pid of this.#groups) signalGroup(pid, 'SIGKILL');
  };
  readonly #connecting = new Map<Worker, { readonly standing: number; readonly failure: string | undefined }>();
  #starting: number;
  #waitingFor: number;
  #running: number;
  readonly #stops: Stop[] = [];
  #gc = { count: 0, totalMicros: 0, maxMicros: 0 };

  constructor(plan: Plan, events: PoolEvents) {
    this.#events = events;
    this.#starting = plan.workers;
    this.#waitingFor = plan.workers;
    this.#running = plan.workers;
    this.#ready.promise.catch(() => undefined);
    this.#done.promise.catch(() => undefined);
    this.#workers = Array.from({ length: plan.workers }, (_, worker) =>
      this.#spawn({ plan, worker, workers: plan.workers }),
    );
  }

  /** Settles when every worker has its sessions open; rejects with Unreachable when the target does not answer. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** Settles when the last exchange has ended. */
  get done(): Promise<GcSummary> {
    return this.#done.promise;
  }

  /** Connections that stand before the start, and why the latest attempt of one of the workers failed. */
  get connecting(): [standing: number, failure: string | undefined] {
    const told = [...this.#connecting.values()];
    const failed = told.find(({ failure }) => failure !== undefined);
    return [told.reduce((sum, { standing }) => sum + standing, 0), failed?.failure];
  }

  /** The clock starts at `at`, ms of the process-wide monotonic clock. */
  start(at: number): void {
    this.#post({ type: 'start', at });
  }

  stop(graceMillis: number): void {
    this.#post({ type: 'stop', graceMillis });
  }

  async terminate(): Promise<void> {
    for (const worker of this.#workers) {
      worker.removeAllListeners();
      // That one crashes now is no news; that it has started something is.
      worker.on('error', () => undefined);
      worker.on('message', (message: FromWorker) => {
        if (message.type === 'group') this.#groupChanged(message.pid, message.alive);
      });
    }
    this.#killGroups();
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
    this.#killGroups();
    process.off('exit', this.#killGroups);
  }

  #post(message: ToWorker): void {
    for (const worker of this.#workers) worker.postMessage(message);
  }

  #spawn(start: WorkerStart): Worker {
    const worker = new Worker(workerUrl, { workerData: start, name: `load-${start.worker}` });
    worker.on('message', (message: FromWorker) => this.#received(message, worker));
    worker.on('error', (error) => this.#fail(error));
    worker.on('exit', (code) => this.#fail(new Error(`a load worker ended with code ${code}`)));
    return worker;
  }

  #received(message: FromWorker, worker: Worker): void {
    if (message.type === 'interval') this.#events.interval(message.interval);
    else if (message.type === 'stopped') {
      if (this.#stops.push(message.stop) === this.#workers.length) this.#events.stopped(this.#stops);
    } else if (message.type === 'group') this.#groupChanged(message.pid, message.alive);
    else if (message.type === 'connecting') this.#connecting.set(worker, message);
    else if (message.type === 'unreachable') this.#fail(new Unreachable(message.failure));
    else if (message.type === 'up') {
      if (--this.#starting === 0) this.#allUp();
    } else if (message.type === 'surveyed') {
      this.facts = message.facts;
      this.#post({ type: 'prepare', facts: message.facts });
    } else if (message.type === 'ready') {
      if (--this.#waitingFor === 0) this.#ready.resolve();
    } else {
      const { count, totalMillis, maxMillis } = message.gc;
      this.#gc.count += count;
      this.#gc.totalMicros += Math.round(totalMillis * 1000);
      this.#gc.maxMicros = Math.max(this.#gc.maxMicros, Math.round(maxMillis * 1000));
      if (--this.#running === 0) this.#done.resolve(this.#gc);
    }
  }

  #groupChanged(pid: number, alive: boolean): void {
    if (this.#groups.size === 0) process.once('exit', this.#killGroups);
    if (alive) this.#groups.add(pid);
    else this.#groups.delete(pid);
    if (this.#groups.size === 0) process.off('exit', this.#killGroups);
  }

  #allUp(): void {
    this.#events.up();
    const survey: ToWorker = { type: 'survey' };
    this.#workers[0].postMessage(survey);
  }

  #fail(error: unknown): void {
    this.#ready.reject(error);
    this.#done.reject(error);
  }
}
