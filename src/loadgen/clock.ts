/** Milliseconds of this thread's monotonic clock, sub-µs resolution. */
export const now = (): number => performance.now();

/** What to add to this thread's `now()` to get the process-wide monotonic clock, in ms. Read once per worker. */
export function processClockOffset(): number {
  return Number(process.hrtime.bigint()) / 1e6 - performance.now();
}
