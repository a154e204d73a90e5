import { build, encodeIntoCompressedBase64, type Histogram } from 'hdr-histogram-js';
import type { Distribution, PercentileKey } from '../../src/results/result.ts';
import type { seeded } from './random.ts';

export const hdrConfig = { lowest: 1, highest: 3_600_000_000, digits: 3, unit: 'us' } as const;
const percentiles: Readonly<Record<PercentileKey, number>> = {
  p50: 50,
  p90: 90,
  p95: 95,
  p99: 99,
  p999: 99.9,
  p9999: 99.99,
};

/** One operation's times in one stage. */
export interface Times {
  readonly responseTime: Histogram;
  readonly targetTime: Histogram;
  readonly serviceTime: Histogram;
  readonly generatorLag: Histogram;
}

/** So many, log-normal around this median of the target time, µs. */
export function sampleTimes(rng: ReturnType<typeof seeded>, p50: number, count: number): Times {
  const times = {
    responseTime: histogram(),
    targetTime: histogram(),
    serviceTime: histogram(),
    generatorLag: histogram(),
  };
  for (let index = 0; index < count; index++) {
    const target = Math.max(1, Math.round(p50 * Math.exp(0.3 * rng.normal())));
    const lag = Math.round(10 * rng.uniform()) + 1;
    times.targetTime.recordValue(target);
    times.responseTime.recordValue(target + lag);
    times.serviceTime.recordValue(Math.max(1, Math.round(target * 0.97)));
    times.generatorLag.recordValue(lag);
  }
  return times;
}

export function histogram(): Histogram {
  return build({
    lowestDiscernibleValue: hdrConfig.lowest,
    highestTrackableValue: hdrConfig.highest,
    numberOfSignificantValueDigits: 3,
  });
}

/** Percentiles with fewer than 10 / (1 − p) samples are null, as in every result. */
export function distribution(parts: readonly Histogram[]): Distribution {
  const merged = histogram();
  for (const part of parts) merged.add(part);
  const count = merged.totalCount;
  const at = (key: PercentileKey) =>
    count < 10 / (1 - percentiles[key] / 100) - 1e-6 ? null : merged.getValueAtPercentile(percentiles[key]);
  return {
    count,
    sum: Math.round(merged.mean * count),
    min: count === 0 ? null : merged.minNonZeroValue,
    mean: count === 0 ? null : merged.mean,
    p50: at('p50'),
    p90: at('p90'),
    p95: at('p95'),
    p99: at('p99'),
    p999: at('p999'),
    p9999: at('p9999'),
    max: count === 0 ? null : merged.maxValue,
    clamped: 0,
  };
}

/** As a result keeps them. */
export function encode(times: Times): Record<string, string> {
  return Object.fromEntries(Object.entries(times).map(([name, counts]) => [name, encodeIntoCompressedBase64(counts)]));
}
