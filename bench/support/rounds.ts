export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Middle, lowest and highest; of an even number of values the mean of the two in the middle. */
export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  return { median: (lower + upper) / 2, min: sorted[0], max: sorted[sorted.length - 1] };
}

/** From 0. */
export function roundNumbers(rounds: number): number[] {
  return Array.from({ length: rounds }, (_, round) => round);
}

/** The same items, starting with another one: nobody is always first after a pause. */
export function rotated<T>(items: readonly T[], by: number): T[] {
  const start = by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}

/** Measures every item once, one at a time, in an order rotated by round; the measurements are in the items' order. */
export async function inRound<T, M>(
  items: readonly T[],
  round: number,
  measure: (item: T) => Promise<M>,
): Promise<M[]> {
  const measured = new Map<T, M>();
  for (const item of rotated(items, round)) measured.set(item, await measure(item));
  return items.map((item) => measured.get(item)!);
}
