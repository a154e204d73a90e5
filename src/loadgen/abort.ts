import type { Finding } from '../results/result.ts';
import type { ThresholdResult } from '../scenario/threshold-results.ts';
import { formatDuration } from '../units.ts';
import type { Window } from './window.ts';

/** A threshold that ended a run. */
export interface Abort {
  readonly result: ThresholdResult;
  /** Of measured load. */
  readonly seconds: number;
}

/** When and why a run was ended. */
export function abortFinding({ result, seconds }: Abort, { from, to }: Window): Finding {
  const value = result.value ?? result.atLeast;
  const measured = value === undefined ? '' : `: it was ${result.value === null ? '≥ ' : ''}${shown(value)}`;
  return {
    code: 'aborted',
    message: `aborted by threshold ${result.expression} after ${shownSeconds(seconds)} of ${shownSeconds(to - from)}${measured}`,
  };
}

/** The results of a run's thresholds, with the one that ended it as it was then. */
export function withAbort(results: readonly ThresholdResult[], abort: Abort | undefined): readonly ThresholdResult[] {
  return abort === undefined
    ? results
    : results.map((result) => (result.expression === abort.result.expression ? abort.result : result));
}

function shown(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function shownSeconds(seconds: number): string {
  return formatDuration(Math.round(seconds * 10) / 10);
}
