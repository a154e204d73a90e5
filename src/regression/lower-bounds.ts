import type { Judgement } from './rules.ts';
import { median } from './statistics.ts';

/** The values of one side, a run each; `atLeast`: it falls among requests without a reply, and is that or more. */
export interface Side {
  readonly values: readonly number[];
  readonly atLeast: readonly boolean[];
}

/** Longer than anything that is measured. */
const forEver = 1e12;

/**
 * Judges values of which some are lower bounds: as they stand, and with those of either side as if they had lasted for
 * ever. A verdict that all agree in stands; between OK and IMPROVED it is OK; else the bounds decide, and nobody knows.
 */
export function judgeLowerBounds(
  base: Side,
  candidate: Side,
  judge: (values: { readonly base: readonly number[]; readonly candidate: readonly number[] }) => Judgement,
): Judgement {
  const judgement = judge({ base: base.values, candidate: candidate.values });
  if (![...base.atLeast, ...candidate.atLeast].includes(true)) return judgement;
  const others = [
    judge({ base: base.values, candidate: atTheMost(candidate) }),
    judge({ base: atTheMost(base), candidate: candidate.values }),
  ];
  const verdicts = new Set([judgement, ...others].map(({ verdict }) => verdict));
  if (verdicts.size === 1) return judgement;
  if (verdicts.size === 2 && verdicts.has('ok') && verdicts.has('improved')) return { ...judgement, verdict: 'ok' };
  return {
    ...judgement,
    verdict: 'inconclusive',
    leaning: 'worse',
    note: 'lower bounds decide: it falls among requests without a reply',
  };
}

/** A median that lower bounds move by no more than this is none itself. */
const tolerance = 1.01;

/** Whether the median is itself a lower bound. */
export function isMedianAtLeast(side: Side): boolean {
  return side.values.length > 0 && median(atTheMost(side)) > tolerance * median(side.values);
}

function atTheMost({ values, atLeast }: Side): number[] {
  return values.map((value, run) => (atLeast[run] ? forEver : value));
}
