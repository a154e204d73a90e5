import { expect } from 'vitest';
import { ExitCode } from '../../src/errors.ts';
import type { RunResult } from '../../src/results/result.ts';
import { noteSkipped } from './skipped.ts';

type Judged = Pick<RunResult, 'verdict' | 'exitCode' | 'invalidReasons'>;

/** Exit codes of the verdicts on a run that no machine spoilt. */
const exits = { pass: 0, 'thresholds-failed': 99, unreachable: 99 } as const;

/** What makes a run invalid and no busy machine can be blamed for. */
const ownFaults = ['released', 'accounting', 'littles_law'];

/** Invalid runs are made again, so often in all: a busy machine may be quiet a moment later. */
const mostRuns = 3;

/**
 * A run with this verdict and its exit code, or passed as one that the generator limited. Where the machine was too busy
 * for the generator a run is invalid before it is anything else, and `run` is called again; if that is so of all, the
 * verdict counts as not tested. The latest run.
 */
export async function expectVerdict<Run extends Judged>(
  expected: keyof typeof exits,
  run: () => Promise<Run>,
): Promise<Run> {
  for (let runs = 1; ; runs++) {
    const made = await run();
    const { verdict, exitCode } = made;
    const codes = made.invalidReasons.map(({ code }) => code);
    expect(codes.filter((code) => ownFaults.includes(code))).toEqual([]);
    const alike = expected === 'pass' && verdict === 'generator-limited' ? verdict : expected;
    const [named, exit] = codes.length > 0 ? ['invalid', ExitCode.invalidRun] : [alike, exits[expected]];
    expect({ verdict, exitCode }, `${codes}`).toEqual({ verdict: named, exitCode: exit });
    if (codes.length === 0) return made;
    if (runs < mostRuns) continue;
    noteSkipped(`the verdict “${expected}” of ${expect.getState().currentTestName}: ${codes}`);
    return made;
  }
}
