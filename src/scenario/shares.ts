import { isClosed, type Shape } from './executors.ts';
import { countOn } from './values.ts';

/**
 * One load shared out by weight: rates exactly, what is whole (users, connections, iterations) by largest remainder. Whoever sends
 * arrivals has at least one connection.
 */
export function sharedOut(whole: Shape, weights: readonly number[], cores: number): Shape[] {
  const closed = isClosed(whole);
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  const inWhole = (count: number | undefined) => (count === undefined ? [] : largestRemainder(count, weights));
  const level = (value: number, i: number) =>
    closed && Number.isInteger(value) ? largestRemainder(value, weights)[i] : (value * weights[i]) / all;
  const vus = inWhole(whole.vus === undefined ? undefined : countOn(cores, whole.vus));
  const iterations = inWhole(whole.iterations);
  const maxVUs = inWhole(whole.maxVUs);
  return weights.map((_, i) => ({
    ...whole,
    vus: closed ? vus[i] : atLeastOne(vus[i]),
    iterations: iterations[i],
    maxVUs: atLeastOne(maxVUs[i]),
    rate: whole.rate === undefined ? undefined : level(whole.rate, i),
    start: whole.start === undefined ? undefined : level(whole.start, i),
    stages: whole.stages?.map(({ seconds, target }) => ({ seconds, target: level(target, i) })),
  }));
}

function atLeastOne(count: number | undefined): number | undefined {
  return count === undefined ? undefined : Math.max(1, count);
}

/** Whole shares of a whole number: each is its exact share rounded down or up, and all of them make the whole. */
export function largestRemainder(count: number, weights: readonly number[]): number[] {
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  const exact = weights.map((weight) => (count * weight) / all);
  const shares = exact.map((share) => Math.floor(share + 1e-9));
  const left = count - shares.reduce((sum, share) => sum + share, 0);
  const byRemainder = exact.map((share, i) => ({ i, remainder: share - shares[i] }));
  byRemainder.sort((a, b) => b.remainder - a.remainder || a.i - b.i);
  for (const { i } of byRemainder.slice(0, left)) shares[i]++;
  return shares;
}
