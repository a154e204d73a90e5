/**
 * HDR bucket geometry for integer microseconds, 1 µs … 1 h, three significant digits: the same index function as
 * HdrHistogram, so that raw counts from a load worker can be handed to hdr-histogram-js in the main thread.
 *
 * Values below 2048 have a bucket each; above, every power of two is cut into 1024 buckets:
 *
 *     exponent = max(0, 21 − clz32(v | 2047))      how often v must be halved to fall below 2048
 *     index    = exponent × 1024 + (v >>> exponent)
 */
export const histogramConfig = { lowest: 1, highest: 3_600_000_000, digits: 3, unit: 'us' } as const;

const subBuckets = 2048;
const halfSubBuckets = subBuckets / 2;
const exponents = 22;

export const bucketCount = (exponents + 1) * halfSubBuckets;

/** Bucket of an integer in 0 … 2^32 − 1. */
export function bucketOf(value: number): number {
  const leading = Math.clz32(value | (subBuckets - 1));
  const exponent = 21 - leading;
  return exponent * halfSubBuckets + (value >>> exponent);
}

/** Lowest value of a bucket. */
export function lowestOf(bucket: number): number {
  const exponent = Math.max(0, (bucket >>> 10) - 1);
  return (bucket - exponent * halfSubBuckets) * 2 ** exponent;
}

/** Highest value that falls into a bucket. */
export function highestOf(bucket: number): number {
  const exponent = Math.max(0, (bucket >>> 10) - 1);
  return lowestOf(bucket) + 2 ** exponent - 1;
}

/** What a worker hands to the main thread: the used stretch of its buckets, with the exact figures that buckets lose. */
export interface Counts {
  /** Bucket that `buckets[0]` counts. */
  readonly first: number;
  readonly buckets: Uint32Array<ArrayBuffer>;
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  readonly clamped: number;
}

/** Fixed-size accumulator of one worker. Out-of-range values are clamped and counted; nothing is allocated while recording. */
export class Accumulator {
  readonly #buckets = new Uint32Array(bucketCount);
  #count = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = 0;
  #clamped = 0;

  get count(): number {
    return this.#count;
  }

  /** Milliseconds, as the clock gives them; recorded as whole µs, rounded to nearest. */
  recordMillis(milliseconds: number, times = 1): void {
    this.record(Math.round(milliseconds * 1000), times);
  }

  record(micros: number, times = 1): void {
    let value = micros;
    if (!(value >= 0 && value <= histogramConfig.highest)) {
      value = value > 0 ? histogramConfig.highest : 0;
      this.#clamped += times;
    }
    this.#buckets[bucketOf(value)] += times;
    this.#count += times;
    this.#sum += value * times;
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
  }

  /** Hands over what was recorded since the last call and starts afresh. */
  take(): Counts {
    const first = this.#count === 0 ? 0 : bucketOf(this.#min);
    const end = this.#count === 0 ? 0 : bucketOf(this.#max) + 1;
    const taken = {
      first,
      buckets: this.#buckets.slice(first, end),
      count: this.#count,
      sum: this.#sum,
      min: this.#min,
      max: this.#max,
      clamped: this.#clamped,
    };
    this.#buckets.fill(0, first, end);
    this.#count = 0;
    this.#sum = 0;
    this.#min = Number.POSITIVE_INFINITY;
    this.#max = 0;
    this.#clamped = 0;
    return taken;
  }
}
