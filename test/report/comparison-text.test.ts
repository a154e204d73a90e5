import { describe, expect, it } from 'vitest';
import { baselineOf } from '../../src/regression/baseline.ts';
import { type CompareRequest, compare } from '../../src/regression/compare.ts';
import { renderComparison } from '../../src/report/comparison-text.ts';
import { plainStyle } from '../../src/report/style.ts';
import { type SyntheticRun, syntheticRun } from '../support/results.ts';

const runs = (from: number, count: number, options: SyntheticRun = {}) =>
  Array.from({ length: count }, (_, index) =>
    syntheticRun({ seed: from + index, throughput: 5000 + 13 * ((from + index) % 7), ...options }),
  );
const { baseline } = baselineOf(runs(1, 5));
const text = (options: SyntheticRun, count = 5, request: Partial<CompareRequest> = {}) =>
  renderComparison(
    compare({ baseline, candidate: runs(101, count, { sessionId: 'session-2', ...options }), ...request }),
    plainStyle,
  );

describe('a comparison as text', () => {
  it('that passed', async () => {
    await expect(text({})).toMatchFileSnapshot('../golden/comparison-ok.txt');
  });

  it('that found a regression', async () => {
    await expect(text({ p50: 1300 })).toMatchFileSnapshot('../golden/comparison-regression.txt');
  });

  it('that could not decide: in plain words, with the commands that would settle it', async () => {
    const undecided = text({ p50: 1120, environment: { boot: '99999999' } }, 5, { baselinePath: 'ci/baseline.json' });
    expect(undecided.split('\n')[0]).toContain('an unchanged row cannot be proven ok');
    expect(undecided).toContain('neither prove a regression nor rule one out');
    expect(undecided).toContain('mcpb compare ci/baseline.json');
    await expect(undecided).toMatchFileSnapshot('../golden/comparison-inconclusive.txt');
  });

  it('of a single run', async () => {
    await expect(text({ p50: 1300 }, 1)).toMatchFileSnapshot('../golden/comparison-point.txt');
  });

  it('of another machine', async () => {
    const environment = { class: 'x64-4c-8g-ffffffff', cores: 4, memoryBytes: 8 * 2 ** 30 };
    await expect(text({ environment })).toMatchFileSnapshot('../golden/comparison-not-comparable.txt');
  });

  it('of invalid runs', () => {
    const invalid = {
      valid: false,
      verdict: 'invalid',
      invalidReasons: [{ code: 'STEAL', message: 'steal was 12 %' }],
    } as const;
    expect(text({ changes: invalid })).toMatch(/^✗ INVALID {2}no run of the candidate can be used: steal was 12 %\n/);
  });
});
