import { expect } from 'vitest';
import { ExitCode } from '../../src/errors.ts';
import type { RunResult } from '../../src/results/result.ts';
import { noteRepeated } from './repeated.ts';
import { noteSkipped } from './skipped.ts';

type Judged = Pick<RunResult, 'verdict' | 'exitCode' | 'invalidReasons' | 'certificate'>;

/** Exit codes of the verdicts on a run that no machine spoilt. */
const exits = { pass: 0, 'thresholds-failed': 99, unreachable: 99 } as const;

/** What the machine did, whatever we do: each makes a run invalid by itself. */
const machine = ['steal', 'stolen_seconds', 'throttled', 'suspended', 'suspended_share', 'clock_shift'];

/** What makes a run invalid and may be our work or that of a machine that kept us from a core: that must be seen in the same run. */
const lateness = [
  ...['generator_lag_p50', 'generator_lag_p99', 'receive_lag_p50', 'receive_lag_p99'],
  ...['closed_lag_p50', 'closed_lag_p99', 'late_seconds'],
];

/** Invalid runs are made again, so often in all: a busy machine may be quiet a moment later. */
const mostRuns = 3;

/**
 * The first run that the machine did not spoil: it has this verdict and its exit code, or passed as one that the generator
 * limited. Where the machine spoilt one, as is to be seen in it, `run` is called again; where it spoilt them all, the
 * verdict counts as not tested, and there is nothing to be asserted on.
 */
export async function expectVerdict<Run extends Judged>(
  expected: keyof typeof exits,
  run: () => Promise<Run>,
): Promise<Run | undefined> {
  const what = `the verdict “${expected}” of ${expect.getState().currentTestName}`;
  for (let runs = 1; ; runs++) {
    const made = await run();
    const { verdict, exitCode } = made;
    const codes = made.invalidReasons.map(({ code }) => code);
    expect(ownFaults(made, codes), 'no fault of the machine').toEqual([]);
    const alike = expected === 'pass' && verdict === 'generator-limited' ? verdict : expected;
    const [named, exit] = codes.length > 0 ? ['invalid', ExitCode.invalidRun] : [alike, exits[expected]];
    expect({ verdict, exitCode }, `${codes}`).toEqual({ verdict: named, exitCode: exit });
    if (codes.length === 0) return made;
    if (runs === mostRuns) return void noteSkipped(`${what}: ${codes}`);
    noteRepeated(`${what}: ${codes}`);
  }
}

/** The reasons that no machine can be blamed for, or not this one in this run. */
function ownFaults({ certificate }: Judged, codes: readonly string[]): string[] {
  const kept = [...machine, 'cpu_wait'];
  const keptFromCores = certificate.some(({ rule, verdict }) => kept.includes(rule) && /warn|fail/.test(verdict));
  const share = (wanted: string) => certificate.find(({ rule }) => rule === wanted)?.value ?? Number.NaN;
  // A generator with little to do is late at the median long before its waiting is a large share of the time.
  const waitedMost = share('cpu_wait') > share('event_loop');
  const excused = keptFromCores || waitedMost ? [...machine, ...lateness] : machine;
  return codes.filter((code) => !excused.includes(code));
}
