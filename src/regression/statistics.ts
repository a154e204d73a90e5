/** Order statistics of two unpaired groups of runs. Exact where a formula would only be near. */

export function median(values: readonly number[]): number {
  const sorted = ascending(values);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Sample standard deviation; 0 for a single value. */
export function standardDeviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

/**
 * Half-width of the narrowest symmetric order-statistic interval that holds the median with ≥ 95 % confidence.
 * Fewer than 6 values cannot give one: half their range; null for a single value.
 */
export function medianHalfWidth(values: readonly number[]): number | null {
  const n = values.length;
  if (n < 2) return null;
  const sorted = ascending(values);
  let below = 0;
  let tail = 0.5 ** n;
  let term = tail;
  while (2 * (tail + (term * (n - below)) / (below + 1)) <= 0.05) {
    term *= (n - below) / (below + 1);
    tail += term;
    below += 1;
  }
  return (sorted[n - 1 - below] - sorted[below]) / 2;
}

/** All differences candidate − base, ascending. */
export function pairwiseDifferences(base: readonly number[], candidate: readonly number[]): number[] {
  return ascending(candidate.flatMap((y) => base.map((x) => y - x)));
}

/** Hodges–Lehmann estimate of the shift from base to candidate: the median of all differences. */
export function hodgesLehmannShift(base: readonly number[], candidate: readonly number[]): number {
  return median(pairwiseDifferences(base, candidate));
}

/**
 * Largest k with P(U ≤ k) ≤ alpha for groups of m and n without a difference, one-sided and exact; null when even
 * U = 0 is likelier than alpha.
 */
export function mannWhitneyCritical(m: number, n: number, alpha: number): number | null {
  const counts = uStatisticCounts(m, n);
  const total = counts.reduce((sum, count) => sum + count, 0);
  let cumulated = 0;
  for (let u = 0; u < counts.length; u++) {
    cumulated += counts[u];
    if (cumulated / total > alpha) return u === 0 ? null : u - 1;
  }
  return counts.length - 1;
}

/** One-sided confidence bounds of the shift at 1 − alpha each; infinite where the groups are too small for alpha. */
export function shiftBound(
  base: readonly number[],
  candidate: readonly number[],
  side: 'lower' | 'upper',
  alpha: number,
) {
  const differences = pairwiseDifferences(base, candidate);
  const k = mannWhitneyCritical(base.length, candidate.length, alpha);
  if (k === null) return side === 'lower' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return side === 'lower' ? differences[k] : differences[differences.length - 1 - k];
}

/** U = pairs in which the candidate is larger, ties count half. `greater`: one-sided p that it is larger; `p`: two-sided. */
export function mannWhitney(base: readonly number[], candidate: readonly number[]) {
  const differences = pairwiseDifferences(base, candidate);
  const ties = differences.filter((difference) => difference === 0).length;
  const u = differences.filter((difference) => difference > 0).length + ties / 2;
  const tied = tieSum([...base, ...candidate]);
  const upper =
    tied === 0
      ? exactUpperTail(u, base.length, candidate.length)
      : tiedUpperTail(u, base.length, candidate.length, tied);
  const mirrored = base.length * candidate.length - u;
  const lower =
    tied === 0
      ? exactUpperTail(mirrored, base.length, candidate.length)
      : tiedUpperTail(mirrored, base.length, candidate.length, tied);
  return { u, greater: upper, p: Math.min(1, 2 * Math.min(upper, lower)) };
}

/**
 * Number of arrangements with U = 0 … mn: the coefficients of the Gaussian binomial
 * ∏ (1 − q^(m+i)) / (1 − q^i), i = 1 … n.
 */
function uStatisticCounts(m: number, n: number): Float64Array {
  const largest = m * n;
  const counts = new Float64Array(largest + 1);
  counts[0] = 1;
  for (let i = 1; i <= n; i++) {
    for (let u = largest; u >= m + i; u--) counts[u] -= counts[u - m - i];
    for (let u = i; u <= largest; u++) counts[u] += counts[u - i];
  }
  return counts;
}

function exactUpperTail(u: number, m: number, n: number): number {
  const counts = uStatisticCounts(m, n);
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.subarray(u).reduce((sum, count) => sum + count, 0) / total;
}

/** Normal approximation with continuity correction; variance mn/12 · ((N + 1) − Σ(t³ − t)/(N(N − 1))). */
function tiedUpperTail(u: number, m: number, n: number, tied: number): number {
  const size = m + n;
  const variance = ((m * n) / 12) * (size + 1 - tied / (size * (size - 1)));
  if (variance <= 0) return 1;
  return 1 - normalCdf((u - (m * n) / 2 - 0.5) / Math.sqrt(variance));
}

/** Σ(t³ − t) over groups of t equal values. */
function tieSum(values: readonly number[]): number {
  const groups = new Map<number, number>();
  for (const value of values) groups.set(value, (groups.get(value) ?? 0) + 1);
  let sum = 0;
  for (const t of groups.values()) sum += t ** 3 - t;
  return sum;
}

/** Φ(z) by the series Φ = ½ + φ(z)·(z + z³/3 + z⁵/15 + …), good to 1e-14 where it is used (|z| < 8). */
function normalCdf(z: number): number {
  if (z < -8) return 0;
  if (z > 8) return 1;
  let sum = 0;
  let term = z;
  for (let i = 3; sum + term !== sum; i += 2) {
    sum += term;
    term *= (z * z) / i;
  }
  return 0.5 + (sum * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
}

function ascending(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}
