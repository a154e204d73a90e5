import { describe, expect, it } from 'vitest';
import { baselineOf } from '../../src/regression/baseline.ts';
import { compare, exitCodeOf } from '../../src/regression/compare.ts';
import { parseLimits } from '../../src/regression/limits.ts';
import type { RunResult } from '../../src/results/result.ts';
import type { SyntheticRun } from '../support/results.ts';
import { base, baseline, candidate, row, runs } from '../support/two-sides.ts';

describe('five runs a side', () => {
  it('passes what did not change', () => {
    const comparison = compare({ baseline, candidate: candidate() });
    expect(comparison).toMatchObject({ verdict: 'ok', basis: 'unpaired', warnings: [], notice: null, settledBy: [] });
    expect(exitCodeOf(comparison)).toBe(0);
  });

  it('catches a slower median, naming the row and what is proven', () => {
    const comparison = compare({ baseline, candidate: candidate({ p50: 1200 }) });
    expect(exitCodeOf(comparison)).toBe(4);
    expect(row(comparison, 'p50')).toMatchObject({
      verdict: 'regression',
      gated: true,
      limit: 0.1,
      sessionSpread: 0.01,
    });
    expect(comparison.reasons[0]).toMatch(
      /^p50 is (19|20|21)\.\d % worse \(at least 1\d\.\d % with 99 % confidence\); the limit is 10\.0 %$/,
    );
  });

  it('catches a lower throughput, a higher CPU time and a higher error rate each by itself', () => {
    const slower = compare({ baseline, candidate: candidate({ throughput: 4000 }) });
    expect(slower.rows.filter((one) => one.verdict === 'regression').map((one) => one.metric)).toEqual(['throughput']);
    const dearer = compare({ baseline, candidate: candidate({ cpuMicros: 50 }) });
    expect(dearer.rows.filter((one) => one.verdict === 'regression').map((one) => one.metric)).toEqual(['cpu/request']);
    const failing = compare({ baseline, candidate: candidate({ errors: { timeout: 30 } }) });
    expect(row(failing, 'errors')).toMatchObject({ verdict: 'regression', changePercent: expect.closeTo(0.99, 2) });
    expect(exitCodeOf(failing)).toBe(4);
  });

  it('calls an improvement one and passes', () => {
    const comparison = compare({ baseline, candidate: candidate({ p50: 700 }) });
    expect(comparison.verdict).toBe('improved');
    expect(exitCodeOf(comparison)).toBe(0);
  });

  it('does not gate a percentile without its samples, and says how many there are', () => {
    const few = baselineOf(runs(1, 5, { requests: 1500 })).baseline;
    const comparison = compare({ baseline: few, candidate: candidate({ requests: 1500 }) });
    expect(row(comparison, 'p99')).toMatchObject({ gated: false, notGatedReason: 'n=1 500 < 2 000' });
  });

  it('fails a metric asked for by name as no data', () => {
    const few = baselineOf(runs(1, 5, { requests: 1500 })).baseline;
    const asked = compare({
      baseline: few,
      candidate: candidate({ requests: 1500 }),
      limits: parseLimits(['p95=25%', 'memory/connection=5%']),
    });
    expect(row(asked, 'memory/connection')).toMatchObject({ gated: true, note: expect.stringContaining('no data') });
    expect(exitCodeOf(asked)).toBe(7);
  });

  it('judges by the limit it is given', () => {
    const slower = candidate({ p50: 1200 });
    expect(compare({ baseline, candidate: slower, limits: parseLimits(['40%']) }).verdict).toBe('ok');
    const tighter = compare({ baseline, candidate: candidate({ p50: 1080 }), limits: parseLimits(['p50=3%']) });
    expect(row(tighter, 'p50')?.verdict).toBe('regression');
    expect(row(tighter, 'p95')?.verdict).not.toBe('regression');
  });

  it('never lets a suspected tail decide, only a proven one', () => {
    const slowTail = candidate().map((run, index) => {
      const p99 = (run.metrics.targetTime.p99 ?? 0) * [0.9, 1.3, 1.05, 1.3, 1.2][index];
      return { ...run, metrics: { ...run.metrics, targetTime: { ...run.metrics.targetTime, p99 } } };
    });
    const comparison = compare({ baseline, candidate: slowTail });
    expect(row(comparison, 'p99')).toMatchObject({ kind: 'tail', verdict: 'inconclusive', leaning: 'worse' });
    expect(comparison.verdict).toBe('ok');
    expect(comparison.warnings.join()).toContain('a tail is only suspected: p99');
  });
});

describe('the spread between sessions', () => {
  it('is assumed wide on another boot: what leans ok passes with a warning, and not under --strict', () => {
    const later = candidate({ environment: { boot: '99999999' } });
    const lenient = compare({ baseline, candidate: later });
    expect(row(lenient, 'p50')).toMatchObject({ sessionSpread: 0.05, verdict: 'inconclusive', leaning: 'ok' });
    expect(lenient.notice).toContain('cannot be proven ok');
    expect(lenient.warnings.join()).toContain('p50 leans ok');
    expect(exitCodeOf(lenient)).toBe(0);
    expect(exitCodeOf(compare({ baseline, candidate: later, strict: true }))).toBe(7);
  });

  it('is assumed wide an hour later', () => {
    const later = candidate({ startedAt: '2026-11-23T22:30:00.000Z' });
    expect(row(compare({ baseline, candidate: later }), 'p50')?.sessionSpread).toBe(0.05);
  });

  it('is narrower on bare metal', () => {
    const metal = baselineOf(runs(1, 5, { environment: { virtualization: 'metal' } })).baseline;
    const later = candidate({ environment: { virtualization: 'metal', boot: '99999999' } });
    expect(row(compare({ baseline: metal, candidate: later }), 'p50')?.sessionSpread).toBe(0.03);
  });

  it('is measured where there are five sessions', () => {
    const sessions = [1000, 1010, 990, 1005, 995].flatMap((p50, index) =>
      runs(index * 10 + 1, 2, { p50, sessionId: `s${index}` }),
    );
    const comparison = compare({
      baseline: baselineOf(sessions).baseline,
      candidate: candidate({ environment: { boot: null } }),
    });
    const measured = row(comparison, 'p50')?.sessionSpread ?? 0;
    expect(measured).toBeGreaterThan(0.001);
    expect(measured).toBeLessThan(0.03);
  });

  it('leaves a small worsening open and says what would settle it', () => {
    const comparison = compare({ baseline, candidate: candidate({ p50: 1120, environment: { boot: '99999999' } }) });
    expect(exitCodeOf(comparison)).toBe(7);
    expect(comparison.settledBy[0]).toMatch(/^mcpb baseline save probe --runs 10 /);
    expect(comparison.settledBy.at(-1)).toBe('mcpb compare probe');
  });
});

describe('fewer runs', () => {
  it('fails on a median beyond the limit and says that noise was not measured', () => {
    const comparison = compare({ baseline, candidate: candidate({ p50: 1300 }, 1) });
    expect(comparison).toMatchObject({ basis: 'point', verdict: 'regression' });
    expect(comparison.reasons[0]).toContain('n = 1: noise not measured');
    expect(comparison.settledBy[0]).toMatch(/^mcpb load --scenario probe --runs 5 /);
  });

  it('does not pass a p95 beyond the limit, nor fail on it', () => {
    const run = candidate({}, 1)[0];
    const slow = { ...run, metrics: { ...run.metrics, targetTime: { ...run.metrics.targetTime, p95: 2500 } } };
    expect(exitCodeOf(compare({ baseline, candidate: [slow] }))).toBe(7);
  });

  it('passes what is within the limits', () => {
    expect(exitCodeOf(compare({ baseline, candidate: candidate({}, 2) }))).toBe(0);
  });

  it('asks for more samples per run', () => {
    expect(row(compare({ baseline, candidate: candidate({}, 1) }), 'p99')).toMatchObject({
      gated: false,
      notGatedReason: 'n=3 000 < 10 000',
    });
  });
});

describe('a median that falls among requests without a reply', () => {
  /** Runs of which so many have a p50 that is only a lower bound. */
  const censored = (all: readonly RunResult[], count: number): RunResult[] =>
    all.map((run, index) => {
      const { metrics } = run;
      const targetTime = { ...metrics.targetTime, bounds: { p50: '>=' as const } };
      return index < count ? { ...run, metrics: { ...metrics, targetTime } } : run;
    });
  const p50 = (from: readonly RunResult[], to: readonly RunResult[]) =>
    row(compare({ baseline: baselineOf(from).baseline, candidate: to }), 'p50');

  it.each([5, 1])('is no pass of the candidate, with %i runs', (count) => {
    expect(p50(base.slice(0, count), censored(candidate({}, count), count))).toMatchObject({
      verdict: 'inconclusive',
      leaning: 'worse',
      note: expect.stringContaining('lower bounds decide'),
      candidate: { bound: '>=' },
    });
  });

  it.each([5, 1])('is a regression where it is beyond the limit already, with %i runs', (count) => {
    expect(p50(base.slice(0, count), censored(candidate({ p50: 1500 }, count), count))?.verdict).toBe('regression');
  });

  it.each([5, 1])('of the baseline proves no regression, with %i runs', (count) => {
    const from = censored(base, 5).slice(0, count);
    expect(p50(from, candidate({ p50: 1500 }, count))).toMatchObject({
      verdict: 'inconclusive',
      base: { bound: '>=' },
    });
    expect(p50(from, candidate({}, count))?.verdict).toBe('ok');
  });

  it('on both sides says nothing', () => {
    expect(p50(censored(base, 5), censored(candidate(), 5))?.verdict).toBe('inconclusive');
  });

  it('is none where it is that of too few runs to move what is compared', () => {
    const judged = p50(base.slice(0, 3), censored(candidate({}, 3), 1));
    expect(judged?.verdict).toBe('ok');
    expect(judged?.candidate).not.toHaveProperty('bound');
  });
});

describe('what is not judged', () => {
  it('leaves throughput out where holds fix it', () => {
    const held = (options: SyntheticRun) => ({
      ...options,
      changes: { scenario: { name: 'probe', hash: 'h', resolved: { steps: [{ hold: '30s' }] } } },
    });
    const comparison = compare({
      baseline: baselineOf(runs(1, 5, held({}))).baseline,
      candidate: candidate(held({ throughput: 4000 })),
    });
    expect(row(comparison, 'throughput')).toMatchObject({
      gated: false,
      notGatedReason: 'hold and think times fix it',
    });
    expect(comparison.verdict).toBe('ok');
  });

  it('judges open runs by what was answered of what was due', () => {
    const open = { changes: { model: 'open' } } as const;
    const falling = candidate(open).map((run) => ({
      ...run,
      metrics: {
        ...run.metrics,
        requests: { ...run.metrics.requests, completed: Math.round(run.metrics.requests.planned * 0.95) },
      },
    }));
    const comparison = compare({ baseline: baselineOf(runs(1, 5, open)).baseline, candidate: falling });
    expect(row(comparison, 'throughput')?.gated).toBe(false);
    expect(row(comparison, 'achieved')).toMatchObject({
      verdict: 'regression',
      candidate: { median: expect.closeTo(0.95, 3) },
    });
  });

  it('judges only CPU, memory and errors when the generator was the limit', () => {
    const limited = candidate({ p50: 1500, changes: { verdict: 'generator-limited' } });
    const comparison = compare({ baseline, candidate: limited });
    expect(row(comparison, 'p50')).toMatchObject({ verdict: 'inconclusive', note: 'the generator was the limit' });
    expect(row(comparison, 'cpu/request')?.verdict).toBe('ok');
    expect(exitCodeOf(comparison)).toBe(7);
    const dearer = candidate({ cpuMicros: 60, changes: { verdict: 'generator-limited' } });
    expect(exitCodeOf(compare({ baseline, candidate: dearer }))).toBe(4);
  });

  it('does not invent a CPU time nobody measured', () => {
    const remote = compare({ baseline, candidate: candidate({ cpuMicros: null }) });
    expect(row(remote, 'cpu/request')).toMatchObject({
      gated: false,
      notGatedReason: 'not measured',
      changePercent: null,
    });
  });

  it('judges each stage of a staged scenario', () => {
    const staged = { stages: ['low', 'high'], requests: 6000 };
    const comparison = compare({ baseline: baselineOf(runs(1, 5, staged)).baseline, candidate: candidate(staged) });
    expect(comparison.rows.filter((one) => one.metric === 'p50').map((one) => one.stage)).toEqual(['low', 'high']);
  });
});
