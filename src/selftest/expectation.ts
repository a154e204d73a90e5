import type { Distribution } from '../results/result.ts';
import type { Expectation } from './case.ts';

export const percentiles = { p50: 0.5, p90: 0.9, p99: 0.99, p999: 0.999 } as const;
export type Percentile = keyof typeof percentiles;

/** Three latenesses beyond their own percentile of that name at once take so much of the distribution: 3 × 1 %, 3 × 0.1 %, 0. */
const besides: Readonly<Record<Percentile, number>> = { p50: 0.03, p90: 0.03, p99: 0.003, p999: 0 };

/** Percentiles of a distribution beside their truth (ms). */
export function timesOf(
  measured: Distribution,
  figures: readonly Percentile[],
  truth: (p: number) => number,
): Expectation[] {
  return figures.map((figure) => ({
    figure,
    unit: 'us',
    truth: Math.round(truth(percentiles[figure]) * 1000),
    truthBesides: Math.round(truth(percentiles[figure] + besides[figure]) * 1000),
    measured: measured[figure],
  }));
}

/** A time beside its truth, from which it may differ by so much (ms) whatever the machine did. */
export function timeOf(figure: string, truth: number, within: number, measured: number | null): Expectation {
  const micros = truth * 1000;
  return {
    figure,
    unit: 'us',
    truth: micros,
    truthBesides: micros,
    within: within * 1000,
    measured: measured && Math.round(measured),
  };
}

export function countOf(figure: string, truth: number, measured: number): Expectation {
  return { figure, unit: 'count', truth, measured };
}
