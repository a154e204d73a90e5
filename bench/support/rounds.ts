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

/** Of each round its own ratio: what changes between rounds changes both sides and cancels. */
export function ratios(values: readonly number[], units: readonly number[]): number[] {
  return values.map((value, round) => value / units[round]);
}

/** The same items, starting with another one: nobody is always first after a pause. */
export function rotated<T>(items: readonly T[], by: number): T[] {
  const start = by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}

/**
 * Measures every item once a round, in an order that is rotated by round, one at a time.
 * Returns the measurements of each item, by round.
 */
export async function inRounds<T, M>(
  items: readonly T[],
  rounds: number,
  measure: (item: T, round: number) => Promise<M>,
): Promise<Map<T, M[]>> {
  const measured = new Map<T, M[]>(items.map((item) => [item, []]));
  for (let round = 0; round < rounds; round++)
    for (const item of rotated(items, round)) measured.get(item)?.push(await measure(item, round));
  return measured;
}
