import { build, decodeFromCompressedBase64, type Histogram } from 'hdr-histogram-js';
import type { Distribution } from '../results/result.ts';
import type { StoredRun } from './run.ts';

/** The quantity that latency rows compare. */
const quantity = 'targetTime';
const percentiles = { p50: 50, p90: 90, p95: 95, p99: 99, p999: 99.9 } as const;
type Percentile = keyof typeof percentiles;

/**
 * Histograms are the truth, percentiles a copy: recomputes the copies of a run, of its stages and operations; calls in
 * a session are not in the times of what they are a part of.
 * Returns what does not agree to within two steps of the histogram, empty when all does.
 */
export function histogramFaults(run: StoredRun): string[] {
  const whole: Histogram[] = [];
  try {
    const faults = run.stages.flatMap((stage, index) => {
      const decoded = decodeStage(run.histograms.stages[index] ?? {});
      const timed = [...decoded].filter(([name]) => !stage.operations[name]?.inSession).map(([, one]) => one);
      whole.push(...timed);
      const label = `run ${run.runId}, stage ${index}`;
      const operations = [...decoded].flatMap(([name, histogram]) =>
        disagreements(`${label}, ${name}`, stage.operations[name]?.[quantity], [histogram]),
      );
      return [...operations, ...disagreements(label, stage.metrics[quantity], timed)];
    });
    return [...faults, ...disagreements(`run ${run.runId}`, run.metrics[quantity], whole)];
  } catch (cause) {
    return [`run ${run.runId}: a histogram cannot be decoded: ${cause instanceof Error ? cause.message : cause}`];
  }
}

function decodeStage(operations: Readonly<Record<string, Readonly<Record<string, string>>>>): Map<string, Histogram> {
  const encoded = Object.entries(operations).filter(([, quantities]) => quantities[quantity] !== undefined);
  return new Map(encoded.map(([name, quantities]) => [name, decodeFromCompressedBase64(quantities[quantity], 64)]));
}

function disagreements(label: string, stated: Distribution | undefined, parts: readonly Histogram[]): string[] {
  if (stated === undefined || parts.length === 0) return [];
  const merged = merge(parts);
  if (merged.totalCount !== stated.count)
    return [`${label}: ${stated.count} samples, the histogram has ${merged.totalCount}`];
  return (Object.keys(percentiles) as Percentile[]).flatMap((key) => {
    const value = stated[key];
    const recomputed = merged.getValueAtPercentile(percentiles[key]);
    return value === null || near(value, recomputed)
      ? []
      : [`${label}: ${key} is ${value}, the histogram says ${recomputed}`];
  });
}

function merge(parts: readonly Histogram[]): Histogram {
  const merged = build({
    bitBucketSize: 64,
    highestTrackableValue: parts[0].highestTrackableValue,
    numberOfSignificantValueDigits: 3,
  });
  for (const part of parts) merged.add(part);
  return merged;
}

/** Three digits: a step is at most a thousandth of the value. */
function near(stated: number, recomputed: number): boolean {
  return Math.abs(stated - recomputed) <= Math.max(1, 0.002 * recomputed);
}
