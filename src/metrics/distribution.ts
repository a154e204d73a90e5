import { build, encodeIntoCompressedBase64, type Histogram } from 'hdr-histogram-js';
import type { Distribution, PercentileKey } from './figures.ts';
import { bucketCount, bucketOf, type Counts, highestOf, histogramConfig, lowestOf } from './histogram.ts';

export const percentiles: readonly { readonly key: PercentileKey; readonly p: number }[] = [
  { key: 'p50', p: 0.5 },
  { key: 'p90', p: 0.9 },
  { key: 'p95', p: 0.95 },
  { key: 'p99', p: 0.99 },
  { key: 'p999', p: 0.999 },
  { key: 'p9999', p: 0.9999 },
];

/** Samples from which a percentile is printed; the maximum (1) is one of them, however few they are. */
export function samplesNeeded(p: number): number {
  return p === 1 ? 1 : Math.round(10 / (1 - p));
}

/** Two readings of a percentile further apart than this are not the same value (one HDR step is 0.1 %). */
const censoredTolerance = 1.01;

/** Bucket counts added up over workers, intervals and rows, with the exact figures that buckets lose. */
export class Total {
  readonly #buckets = new Float64Array(bucketCount);
  count = 0;
  sum = 0;
  min = Number.POSITIVE_INFINITY;
  max = 0;
  clamped = 0;

  add(counts: Counts): void {
    this.#addExact(counts);
    for (let i = 0; i < counts.buckets.length; i++) this.#buckets[counts.first + i] += counts.buckets[i];
  }

  merge(other: Total): void {
    if (other.count === 0) return;
    this.#addExact(other);
    const end = bucketOf(other.max) + 1;
    for (let i = 0; i < end; i++) this.#buckets[i] += other.#buckets[i];
  }

  /** As if nothing had been added: a large array is written over rather than made again. */
  clear(): void {
    this.#buckets.fill(0);
    this.count = 0;
    this.sum = 0;
    this.min = Number.POSITIVE_INFINITY;
    this.max = 0;
    this.clamped = 0;
  }

  addZeros(times: number): void {
    if (times <= 0) return;
    this.#buckets[0] += times;
    this.count += times;
    this.min = 0;
  }

  /**
   * The same counts with another reading of some of them, none of which is above its first. Exact but for the maximum,
   * which is that of its bucket where the largest count was among those read anew.
   */
  replacing(before: Total, after: Total): Total {
    const result = new Total();
    result.merge(this);
    before.#buckets.forEach((count, bucket) => {
      result.#buckets[bucket] -= count;
    });
    const left = result.#buckets.findLastIndex((count) => count > 0);
    result.count -= before.count;
    result.sum -= before.sum;
    result.max = left < 0 ? 0 : Math.min(this.max, highestOf(left));
    result.clamped -= before.clamped;
    result.merge(after);
    return result;
  }

  /** The same counts as an HDR histogram. */
  histogram(): Histogram {
    const histogram = emptyHistogram();
    this.#buckets.forEach((count, bucket) => {
      if (count > 0) histogram.recordValueWithCount(lowestOf(bucket), count);
    });
    return histogram;
  }

  /** HDR V2, compressed, base64. Not for a loaded thread. */
  encode(): string {
    return encodeIntoCompressedBase64(this.histogram());
  }

  /** Any percentile, 0 < p ≤ 1, by nearest rank and within the exact extremes; undefined without samples. */
  percentile(p: number): number | undefined {
    return this.count === 0 ? undefined : this.#within(this.#valueAt(rankOf(p, this.count)));
  }

  /** As `percentile`, but null where there are too few samples to tell it by. */
  told(p: number): number | null {
    return this.count >= samplesNeeded(p) ? (this.percentile(p) ?? null) : null;
  }

  /** Whether a percentile would be another one had the `censored` among the counts lasted for ever. */
  isLowerBound(p: number, censored: Total): boolean {
    return censored.count > 0 && this.#isBound(censored, p, this.percentile(p) ?? 0);
  }

  /**
   * `censored`: those of the counts that never got their reply, recorded with their age. A percentile that would be
   * another one had they lasted for ever is marked `>=`; so is the maximum, and the mean is a bound with it.
   */
  distribution(censored?: Total): Distribution {
    if (this.count === 0) return { count: 0, sum: 0, min: null, mean: null, ...noPercentiles, max: null, clamped: 0 };
    const values: Record<string, number | null> = {};
    const bounds: Partial<Record<PercentileKey | 'max', '>='>> = {};
    for (const { key, p } of percentiles) {
      const value = this.told(p);
      values[key] = value;
      if (censored && value !== null && this.#isBound(censored, p, value)) bounds[key] = '>=';
    }
    if (censored && this.#isBound(censored, 1, this.max)) bounds.max = '>=';
    return {
      count: this.count,
      sum: this.sum,
      min: this.min,
      mean: this.sum / this.count,
      ...(values as Record<PercentileKey, number | null>),
      max: this.max,
      clamped: this.clamped,
      ...(Object.keys(bounds).length > 0 ? { bounds } : {}),
    };
  }

  #isBound(censored: Total, p: number, value: number): boolean {
    return censored.count > 0 && this.#valueAt(rankOf(p, this.count), censored) > value * censoredTolerance;
  }

  /**
   * Highest value of the bucket of a rank, from 1 on. `last`: those among the counts that rank behind all others; one that
   * is not there, because it was read anew, ranks where its new reading is.
   */
  #valueAt(rank: number, last?: Total): number {
    let passed = 0;
    for (let bucket = 0; bucket < bucketCount; bucket++) {
      const count = this.#buckets[bucket];
      passed += last === undefined ? count : Math.max(0, count - last.#buckets[bucket]);
      if (passed >= rank) return highestOf(bucket);
    }
    return Number.POSITIVE_INFINITY;
  }

  #within(value: number): number {
    return Math.min(this.max, Math.max(this.min, value));
  }

  #addExact({ count, sum, min, max, clamped }: Counts | Total): void {
    this.count += count;
    this.sum += sum;
    this.min = Math.min(this.min, min);
    this.max = Math.max(this.max, max);
    this.clamped += clamped;
  }
}

/** Nearest rank ⌈p × count⌉, without what rounding added to the product. */
function rankOf(p: number, count: number): number {
  return Math.max(1, Math.ceil(p * count * (1 - Number.EPSILON)));
}

const noPercentiles = { p50: null, p90: null, p95: null, p99: null, p999: null, p9999: null };

function emptyHistogram(): Histogram {
  return build({
    bitBucketSize: 64,
    autoResize: false,
    lowestDiscernibleValue: histogramConfig.lowest,
    highestTrackableValue: histogramConfig.highest,
    numberOfSignificantValueDigits: histogramConfig.digits,
  });
}
