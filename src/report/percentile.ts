import { percentiles, samplesNeeded } from '../metrics/distribution.ts';
import { generatorShare } from '../metrics/generator-share.ts';
import type { Distribution, OperationMetrics, PercentileKey } from '../results/result.ts';
import { formatCount, formatMicros } from '../units.ts';

export const percentileNames: Readonly<Record<PercentileKey, string>> = {
  p50: 'p50',
  p90: 'p90',
  p95: 'p95',
  p99: 'p99',
  p999: 'p99.9',
  p9999: 'p99.99',
};

/** A percentile, or the maximum, as it may be printed: `–` without enough samples, `≥` when it falls among requests never answered. */
export function percentile(distribution: Distribution, key: PercentileKey | 'max'): string {
  const value = distribution[key];
  if (value === null) return '–';
  return `${distribution.bounds?.[key] === undefined ? '' : '≥ '}${formatMicros(value)}`;
}

/**
 * A percentile of response time. Where the generator's own lateness (response − target time) exceeds max(50 µs, 10 %)
 * the value is only an upper limit, printed with that share.
 */
export function responsePercentile(metrics: OperationMetrics, key: PercentileKey): string {
  const response = metrics.responseTime[key];
  const target = metrics.targetTime[key];
  const text = percentile(metrics.responseTime, key);
  if (response === null || target === null || metrics.responseTime.bounds?.[key] !== undefined) return text;
  const share = generatorShare(response, target);
  return share === undefined ? text : `≤ ${text} (${Math.round(share * 100)} %)`;
}

export function micros(value: number | null): string {
  return value === null ? '–' : formatMicros(value);
}

/** What the marks in printed cells mean, one line for each that occurs. `keys`: the percentiles that were printed. */
export function legend(
  printed: readonly string[],
  distributions: readonly Distribution[],
  keys: readonly PercentileKey[],
): string[] {
  const text = printed.join('\n');
  const absent = keys.filter((key) => distributions.some((one) => one[key] === null));
  const needs = absent.map((key) => `${percentileNames[key]} needs ${formatCount(samplesFor(key))}`);
  return [
    ...(absent.length > 0 ? [`– too few samples: ${needs.join(', ')}`] : []),
    ...(text.includes('≥') ? ['≥ value: it falls among requests that were never answered'] : []),
    ...(text.includes('≤') ? ['≤ value (x %): that share is the generator’s own lateness'] : []),
  ].map((line) => `  ${line}`);
}

function samplesFor(key: PercentileKey): number {
  return samplesNeeded(percentiles.find((one) => one.key === key)!.p);
}
