/** Milliseconds of this thread's monotonic clock, sub-µs resolution. */
export const now = (): number => performance.now();

const readings = 8;

/**
 * What to add to this thread's `now()` to get the process-wide monotonic clock, in ms. Time that passes between reading
 * the two clocks makes it too small: the largest of several is the best.
 */
export function processClockOffset(): number {
  const offset = () => Number(process.hrtime.bigint()) / 1e6 - performance.now();
  return Math.max(...Array.from({ length: readings }, offset));
}

/**
 * When exchanges are released: the first that a callback begins at the instant the callback read, each later one at a
 * reading of its own, so that what was done before it is not charged to the target.
 */
export class ReleaseClock {
  #callback = Number.NaN;

  /** `callback`: the instant the callback read. */
  at(callback: number): number {
    if (callback === this.#callback) return now();
    this.#callback = callback;
    return callback;
  }
}
