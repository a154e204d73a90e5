import type { RunResult } from '../results/result.ts';

type Measured = Omit<RunResult['thresholds'][number], 'expression' | 'passed' | 'stages'>;

/** What was measured of a threshold, in k6's units: ms, ratios, counts. */
export function measuredText({ value, atLeast, generatorShare, noData, reason }: Measured): string {
  if (noData) return reason === undefined ? 'no data' : `no data: ${reason}`;
  const givenUp = 'it falls on requests that were given up';
  if (value === null) return atLeast === undefined ? `not known: ${givenUp}` : `≥ ${shown(atLeast)}: ${givenUp}`;
  if (generatorShare === undefined) return shown(value);
  return `≤ ${shown(value)} (generator share ${Math.round(generatorShare * 100)} %)`;
}

function shown(value: number): string {
  return String(Number(value.toPrecision(4)));
}
