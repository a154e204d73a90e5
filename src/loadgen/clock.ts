import { performance } from 'node:perf_hooks';

/** Milliseconds of this thread's monotonic clock, sub-µs resolution. */
export const now = (): number => performance.now();

/** Milliseconds of the process-wide monotonic clock. */
export function processNow(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

const readings = 8;

/**
 * What to add to this thread's `now()` to get the process-wide monotonic clock, in ms. Time that passes between reading
 * the two clocks makes it too small: the largest of several is the best.
 */
export function processClockOffset(): number {
  const offset = () => processNow() - performance.now();
  return Math.max(...Array.from({ length: readings }, offset));
}
