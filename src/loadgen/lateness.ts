import type { Total } from '../metrics/distribution.ts';

/** How late we may be beside what was measured, µs: half of a millisecond does not matter to a reply that takes ten. */
export const latenessLimits = {
  p50: (response: number | null) => Math.max(1000, 0.1 * (response ?? 0)),
  p99: (response: number | null) => Math.max(5000, 0.1 * (response ?? 0)),
} as const;

/** Of so many in a second, a percentage is that of more than one. */
const fewestOfSecond = 100;

/** Whether one of the lags of a second, in µs, is beyond its limit beside the response times of that second. */
export function isLateSecond(response: Total, lags: readonly Total[]): boolean {
  return lags.some(
    (lag) =>
      lag.count >= fewestOfSecond &&
      (beyond(lag, 0.5, latenessLimits.p50(response.percentile(0.5) ?? null)) ||
        beyond(lag, 0.99, latenessLimits.p99(response.percentile(0.99) ?? null))),
  );
}

function beyond(lag: Total, p: number, limit: number): boolean {
  return (lag.percentile(p) ?? 0) > limit;
}
