/**
 * The generator's part of a percentile of response time, response − target time, as a share; undefined where it is no
 * more than max(50 µs, 10 %), in which case the value is the target's. µs.
 */
export function generatorShare(response: number, target: number): number | undefined {
  const own = response - target;
  return own > Math.max(50, response / 10) ? own / response : undefined;
}
