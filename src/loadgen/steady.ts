/** Values from which a trend can be told from chance. */
const fewest = 9;
/** Two-sided 1 % of the normal distribution. */
const significant = 2.576;

/**
 * How far the median of the last third is from that of the first, as a share of it; 0 where the values have no trend
 * (Spearman's rank correlation with time, at 1 %). null: too few values.
 */
export function drift(values: readonly number[]): number | null {
  if (values.length < fewest) return null;
  if (Math.abs(timeCorrelation(values)) * Math.sqrt(values.length - 1) < significant) return 0;
  const third = Math.floor(values.length / 3);
  const first = median(values.slice(0, third));
  return first === 0 ? 1 : Math.abs(median(values.slice(-third)) - first) / first;
}

function timeCorrelation(values: readonly number[]): number {
  const ranks = ranksOf(values);
  const middle = (values.length - 1) / 2;
  let product = 0;
  let own = 0;
  let time = 0;
  ranks.forEach((rank, i) => {
    product += (rank - middle) * (i - middle);
    own += (rank - middle) ** 2;
    time += (i - middle) ** 2;
  });
  return own === 0 ? 0 : product / Math.sqrt(own * time);
}

/** From 0; equal values share the mean of their ranks. */
function ranksOf(values: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  const last = new Map(sorted.map((value, rank) => [value, rank]));
  const first = new Map(sorted.map((value, rank) => [value, rank] as const).reverse());
  return values.map((value) => (first.get(value)! + last.get(value)!) / 2);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
