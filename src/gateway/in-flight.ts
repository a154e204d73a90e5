import type { GatewayConfig } from './config.ts';

const mostSlots = 1_000_000;

/** Sessions that one worker can have opened, as far as they are counted over all workers. */
export function slotsFor({ limits }: GatewayConfig): number {
  return Math.min(limits.sessions, mostSlots);
}

/**
 * How many requests of each HTTP session are in flight, in all workers together. A session has a slot, given by the worker
 * that opens it; slots of different workers never meet.
 */
export class InFlight {
  readonly #counts: Int32Array;
  readonly #end: number;
  readonly #free: number[] = [];
  #next: number;

  /** `slots`: of each worker. */
  static allocate(workers: number, slots: number): SharedArrayBuffer {
    return new SharedArrayBuffer(workers * slots * Int32Array.BYTES_PER_ELEMENT);
  }

  constructor(memory: SharedArrayBuffer, worker: number, slots: number) {
    this.#counts = new Int32Array(memory);
    this.#next = worker * slots;
    this.#end = this.#next + slots;
  }

  /** A slot for a session; −1: there is none. */
  take(): number {
    return this.#free.pop() ?? (this.#next < this.#end ? this.#next++ : -1);
  }

  /** The session that had it has ended; what is left in flight of it still counts, until it is over. */
  release(slot: number): void {
    this.#free.push(slot);
  }

  count(slot: number): number {
    return Atomics.load(this.#counts, slot);
  }

  change(slot: number, by: 1 | -1): void {
    Atomics.add(this.#counts, slot, by);
  }
}
