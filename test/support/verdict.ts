import { expect } from 'vitest';
import { ExitCode } from '../../src/errors.ts';
import type { RunResult } from '../../src/results/result.ts';

type Judged = Pick<RunResult, 'verdict' | 'exitCode' | 'invalidReasons'>;

/** Exit codes of the verdicts on a run that no machine spoilt. */
const exits = { pass: 0, 'thresholds-failed': 99, unreachable: 99 } as const;

/** What makes a run invalid and no busy machine can be blamed for. */
const ownFaults = ['released', 'accounting', 'littles_law'];

/**
 * The verdict on a run and its exit code. Where the machine was too busy for the generator the run is invalid before it
 * is anything else, or passed as one that the generator limited.
 */
export function expectVerdict({ verdict, exitCode, invalidReasons }: Judged, expected: keyof typeof exits): void {
  const codes = invalidReasons.map(({ code }) => code);
  expect(codes.filter((code) => ownFaults.includes(code))).toEqual([]);
  const alike = expected === 'pass' && verdict === 'generator-limited' ? verdict : expected;
  const [named, exit] = codes.length > 0 ? ['invalid', ExitCode.invalidRun] : [alike, exits[expected]];
  expect({ verdict, exitCode }, `${codes}`).toEqual({ verdict: named, exitCode: exit });
}
