import { monitorEventLoopDelay } from 'node:perf_hooks';
import { onTestFinished } from 'vitest';

/** From now on the longest time, ms, in which this thread's event loop took nothing up: what comes due is done by then. */
export function watchLoopLag(): () => number {
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  onTestFinished(() => void delays.disable());
  return () => delays.max / 1e6;
}
