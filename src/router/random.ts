import type { Distribution } from './synthetic-options.ts';

/** A seeded generator of uniform numbers in [0, 1): mulberry32. The same seed gives the same sequence. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One draw, never negative, of the distribution with that mean; `spread` as `SyntheticOptions.jitter`. */
export function draw(distribution: Distribution, mean: number, spread: number, random: () => number): number {
  switch (distribution) {
    case 'constant':
      return mean;
    case 'uniform':
      return Math.max(0, mean + spread * (2 * random() - 1));
    case 'normal':
      return Math.max(0, mean + spread * standardNormal(random));
    case 'exponential':
      return -mean * Math.log(1 - random());
    case 'lognormal':
      return lognormal(mean, spread, random);
  }
}

/** Box–Muller. */
function standardNormal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** σ² = ln(1 + (spread/mean)²), μ = ln(mean) − σ²/2 give the wanted mean and standard deviation. */
function lognormal(mean: number, spread: number, random: () => number): number {
  if (mean === 0) return 0;
  const variance = Math.log(1 + (spread / mean) ** 2);
  return Math.exp(Math.log(mean) - variance / 2 + Math.sqrt(variance) * standardNormal(random));
}
