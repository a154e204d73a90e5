import { Worker } from 'node:worker_threads';
import { processClockOffset } from './clock.ts';

/** What an alarm shares with its helper: the instant asked for, and a number that grows with every request. */
export const sharedBytes = 16;
export const instantOf = (shared: SharedArrayBuffer) => new Float64Array(shared, 0, 1);
export const requestsOf = (shared: SharedArrayBuffer) => new Int32Array(shared, 8, 1);

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const helperUrl = new URL(`./alarm-thread.${extension}`, import.meta.url);

/**
 * Wakes this thread's event loop at an instant, to a fraction of a millisecond, which its own timers cannot: a helper
 * thread sleeps until then and sends a message. It may ring late, and for an instant that was taken back.
 */
export class Alarm {
  readonly #shared = new SharedArrayBuffer(sharedBytes);
  readonly #instant = instantOf(this.#shared);
  readonly #requests = requestsOf(this.#shared);
  readonly #clockOffset = processClockOffset();
  readonly #helper: Worker;
  /** The helper is there to ring. */
  ready = false;

  constructor(ring: () => void) {
    this.#helper = new Worker(helperUrl, { workerData: this.#shared, name: 'alarm' });
    this.#helper.on('online', () => {
      this.ready = true;
    });
    this.#helper.on('message', ring);
    this.#helper.unref();
  }

  /** `at`: ms of this thread's clock; takes the place of an instant that has not come yet. */
  set(at: number): void {
    this.#instant[0] = at + this.#clockOffset;
    Atomics.add(this.#requests, 0, 1);
    Atomics.notify(this.#requests, 0);
  }

  close(): void {
    this.#helper.removeAllListeners();
    void this.#helper.terminate();
  }
}
