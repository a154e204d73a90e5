import { describe, expect, it } from 'vitest';
import { compare, exitCodeOf } from '../../src/regression/compare.ts';
import { syntheticRun } from '../support/results.ts';
import { base, baseline, candidate, row } from '../support/two-sides.ts';

describe('refusals', () => {
  it('refuses runs that a threshold ended before their time', () => {
    const aborted = { verdict: 'thresholds-failed', abortedBy: { expression: 'error_rate<0.01', seconds: 3 } } as const;
    const comparison = compare({ baseline, candidate: candidate({ changes: aborted }) });
    expect(comparison.verdict).toBe('invalid');
    expect(comparison.reasons[0]).toContain('the run was aborted by threshold error_rate<0.01');
  });

  it('excludes invalid runs by name, and refuses a side with more than a fifth of them', () => {
    const invalid = {
      valid: false,
      verdict: 'invalid',
      invalidReasons: [{ code: 'STEAL', message: 'steal was 12 %' }],
    } as const;
    const oneOfSix = [...candidate(), syntheticRun({ seed: 200, sessionId: 'session-2', changes: invalid })];
    const comparison = compare({ baseline, candidate: oneOfSix });
    expect(comparison.excludedRuns).toEqual([{ side: 'candidate', runId: 'run-200', reason: 'steal was 12 %' }]);
    expect(comparison).toMatchObject({ verdict: 'ok', candidate: { runs: 5 } });
    const most = compare({ baseline, candidate: candidate({ changes: invalid }) });
    expect(most.verdict).toBe('invalid');
    expect(exitCodeOf(most)).toBe(5);
  });

  it('calls nothing a regression while other programs took more of the machine', () => {
    const busy = candidate({ cpuMicros: 60, environment: { otherCores: 0.6 } });
    const comparison = compare({ baseline, candidate: busy });
    expect(row(comparison, 'cpu/request')).toMatchObject({ verdict: 'inconclusive', leaning: 'worse' });
    expect(exitCodeOf(comparison)).toBe(7);
    expect(comparison.reasons.join()).toMatch(/cpu\/request is .* worse, but other programs used more of the machine/);
    const quiet = candidate({ cpuMicros: 60, environment: { otherCores: 0.05 } });
    expect(compare({ baseline, candidate: quiet }).verdict).toBe('regression');
  });

  it('calls nothing a regression on medians alone when other runs of the comparison were disturbed', () => {
    const invalid = {
      valid: false,
      verdict: 'invalid',
      invalidReasons: [{ code: 'STEAL', message: 'steal was 12 %' }],
    } as const;
    const dearer = candidate({ cpuMicros: 60 }).slice(0, 4);
    expect(compare({ baseline, candidate: dearer }).verdict).toBe('regression');
    const disturbed = [...dearer, syntheticRun({ seed: 200, sessionId: 'session-2', changes: invalid })];
    const comparison = compare({ baseline, candidate: disturbed });
    expect(row(comparison, 'cpu/request')).toMatchObject({ verdict: 'inconclusive', leaning: 'worse' });
    expect(exitCodeOf(comparison)).toBe(7);
  });

  it('never compares the baseline’s own runs with it', () => {
    const comparison = compare({ baseline, candidate: [...base, ...candidate()] });
    expect(comparison.candidate.runs).toBe(5);
    expect(comparison.excludedRuns).toHaveLength(5);
    expect(compare({ baseline, candidate: base }).verdict).toBe('invalid');
  });

  it('names the machine’s differing fields, shows numbers only when asked, and passes neither', () => {
    const other = candidate({ environment: { class: 'x64-4c-8g-ffffffff', cores: 4, memoryBytes: 8 * 2 ** 30 } });
    const refused = compare({ baseline, candidate: other });
    expect(refused).toMatchObject({ verdict: 'not-comparable', rows: [] });
    expect(refused.differences.map(({ field }) => field)).toEqual(['cores', 'memory (GiB, power of two)']);
    const shown = compare({ baseline, candidate: other, allowCrossEnv: true });
    expect(shown.rows.length).toBeGreaterThan(5);
    expect([exitCodeOf(refused), exitCodeOf(shown)]).toEqual([6, 6]);
  });

  it('refuses another scenario whatever the flags, naming what changed in it', () => {
    const changed = candidate({
      changes: {
        scenario: { name: 'probe', hash: 'other', resolved: { name: 'probe', executor: 'constant-vus', vus: 16 } },
      },
    });
    const comparison = compare({ baseline, candidate: changed, allowCrossEnv: true });
    expect(comparison).toMatchObject({ verdict: 'not-comparable', rows: [] });
    expect(comparison.differences).toEqual([{ field: 'scenario vus', base: '8', candidate: '16' }]);
  });

  it('refuses another era than the baseline’s, though the same was wanted', () => {
    const { target } = base[0];
    const comparison = compare({
      baseline,
      candidate: candidate({ changes: { target: { ...target, era: 'modern' } } }),
    });
    expect(comparison).toMatchObject({ verdict: 'not-comparable', rows: [] });
    expect(comparison.reasons.join()).toContain('era: legacy → modern');
  });

  it('refuses arguments that were made from another schema', () => {
    const { target } = base[0];
    const changes = { target: { ...target, arguments: { echo: 'abc' } } };
    const comparison = compare({ baseline, candidate: candidate({ changes }) });
    expect(comparison).toMatchObject({ verdict: 'not-comparable', rows: [] });
    expect(comparison.reasons.join()).toContain('arguments of echo: none → abc');
  });

  it('refuses another speed and a mixture of builds', () => {
    expect(compare({ baseline, candidate: candidate({ changes: { speed: 20 } }) }).differences[0]).toMatchObject({
      field: 'speed',
    });
    const [first, ...others] = candidate();
    const otherBuild = { ...first, target: { ...first.target, identity: { version: '0.2.0' } } };
    expect(compare({ baseline, candidate: [otherBuild, ...others] }).verdict).toBe('not-comparable');
  });
});
