import { describe, expect, it } from 'vitest';
import { baselineOf } from '../../src/regression/baseline.ts';
import { compare } from '../../src/regression/compare.ts';
import type { ComparisonVerdict } from '../../src/regression/comparison.ts';
import { seeded } from '../support/random.ts';
import { syntheticRun, withFigures } from '../support/results.ts';

const template = syntheticRun();
const trials = 600;

/** Verdicts of `trials` comparisons of 5 runs with 5, noise as standard deviations of logarithms. */
function verdicts(
  noise: { readonly run: number; readonly session: number },
  slowdown: number,
  strict = false,
): Map<ComparisonVerdict, number> {
  const rng = seeded(20261123);
  const session = (name: string, factor: number) => {
    const shift = noise.session * rng.normal();
    return Array.from({ length: 5 }, (_, index) => {
      const level = (weight: number) => Math.exp(weight * (shift + noise.run * rng.normal()));
      return withFigures(template, `${name}-${index}`, {
        latency: factor * level(1),
        throughput: level(-1),
        cpu: level(0.4),
      });
    });
  };
  const counts = new Map<ComparisonVerdict, number>();
  for (let trial = 0; trial < trials; trial++) {
    const { baseline } = baselineOf(session('base', 1));
    const { verdict } = compare({ baseline, candidate: session('candidate', slowdown), strict });
    counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  }
  return counts;
}

const share = (counts: Map<ComparisonVerdict, number>, verdict: ComparisonVerdict) =>
  (counts.get(verdict) ?? 0) / trials;

describe('error rates of five runs against five', () => {
  it('calls no more than 1 % of unchanged builds a regression', () => {
    expect(share(verdicts({ run: 0.02, session: 0.01 }, 1), 'regression')).toBeLessThanOrEqual(0.01);
    expect(share(verdicts({ run: 0.05, session: 0.01 }, 1), 'regression')).toBeLessThanOrEqual(0.01);
  });

  it('passes an unchanged build on a quiet machine', () => {
    expect(share(verdicts({ run: 0.015, session: 0.01 }, 1), 'ok')).toBeGreaterThan(0.95);
  });

  it('catches + 20 % latency at low noise', () => {
    expect(share(verdicts({ run: 0.015, session: 0.005 }, 1.2), 'regression')).toBeGreaterThan(0.97);
  });

  it('lets a true + 12 % through in no more than 5 % under --strict', () => {
    const counts = verdicts({ run: 0.02, session: 0.01 }, 1.12, true);
    expect(share(counts, 'ok') + share(counts, 'improved')).toBeLessThanOrEqual(0.05);
  });
});
