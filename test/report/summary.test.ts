import { describe, expect, it } from 'vitest';
import { plainStyle } from '../../src/report/style.ts';
import { renderSummary } from '../../src/report/summary.ts';
import type { Distribution, Metrics, RunResult } from '../../src/results/result.ts';
import { type SyntheticRun, syntheticRun } from '../support/results.ts';

const summary = (options: SyntheticRun = {}) => renderSummary(syntheticRun(options), plainStyle);
const withMetrics = (run: RunResult, changes: (metrics: Metrics) => Partial<Metrics>): RunResult => {
  const metrics = { ...run.metrics, ...changes(run.metrics) };
  return { ...run, metrics, operations: { 'tools/list': metrics } };
};

describe('the summary', () => {
  it('of a run that passed', async () => {
    await expect(summary()).toMatchFileSnapshot('../golden/summary-pass.txt');
  });

  it('of a staged run with failures', async () => {
    const text = summary({
      stages: ['ramp 1', 'ramp 2'],
      operations: ['tools/list', 'tools/call'],
      requests: 6000,
      errors: { timeout: 12, rpc_error: 90 },
      changes: {
        verdict: 'thresholds-failed',
        exitCode: 99,
        thresholds: [
          { expression: 'response_time:p(99)<250', value: 2.04, passed: true },
          { expression: 'error_rate<0.01', value: 0.016721, passed: false },
          { expression: 'outcomes{class:timeout}:p(95)<5', value: null, passed: false, noData: true },
        ],
        checks: [{ name: 'valid response', operation: 'tools/list', passed: 2990, failed: 10 }],
        warnings: [{ code: 'STEAL', message: 'the hypervisor took CPU time', value: 0.031, limit: 0.02 }],
      },
    });
    await expect(text).toMatchFileSnapshot('../golden/summary-staged.txt');
  });

  it('of a generator that was the limit', async () => {
    const run = syntheticRun({ changes: { verdict: 'generator-limited' } });
    const limited = { ...run, generator: { ...run.generator, limitedBy: 'generator' } as const };
    await expect(renderSummary(limited, plainStyle)).toMatchFileSnapshot('../golden/summary-generator-limited.txt');
  });

  it('of a run without a single request', async () => {
    const text = summary({
      requests: 0,
      cpuMicros: null,
      changes: {
        verdict: 'unreachable',
        valid: false,
        invalidReasons: [{ code: 'UNREACHABLE', message: 'no connection could be opened' }],
        thresholds: [],
      },
    });
    await expect(text).toMatchFileSnapshot('../golden/summary-empty.txt');
  });

  it('fits 100 columns', () => {
    for (const line of summary({ operations: ['tools/list', 'tools/call echo'] }).split('\n'))
      expect(line.length).toBeLessThanOrEqual(100);
  });
});

describe('what a percentile does not tell', () => {
  it('prints – with the number of samples it would need', () => {
    const text = summary({ requests: 300 });
    expect(text).toMatch(/response .*–.*–/);
    expect(text).toContain('– too few samples: p99 needs 1 000, p99.9 needs 10 000');
  });

  it('prints ≥ where it falls among requests never answered', () => {
    const censored = withMetrics(syntheticRun(), ({ responseTime }) => ({
      responseTime: { ...responseTime, bounds: { p99: '>=' } } satisfies Distribution,
    }));
    expect(renderSummary(censored, plainStyle)).toMatch(/response .* ≥ \d\.\d\d ms/);
  });

  it('prints ≤ with the generator’s share where the generator was late', () => {
    const late = withMetrics(syntheticRun(), ({ responseTime }) => ({
      responseTime: { ...responseTime, p99: 4000 },
      targetTime: { ...responseTime, p99: 3000 },
    }));
    expect(renderSummary(late, plainStyle)).toContain('≤ 4.00 ms (25 %)');
    expect(summary()).not.toContain('≤');
  });

  it('says what a closed loop hides, and only then', () => {
    expect(summary()).toContain('closed loop: stalls are hidden');
    expect(summary({ changes: { model: 'open' } })).not.toContain('stalls are hidden');
  });

  it('labels the blend of a ramp', () => {
    expect(summary({ stages: ['up', 'down'] })).toContain('whole run, mixed load');
    expect(
      summary({ changes: { scenario: { name: 'ramp', hash: 'h', resolved: { executor: 'ramping-vus' } } } }),
    ).toContain('whole run, mixed load');
    expect(summary()).not.toContain('mixed load');
  });
});

describe('a cross-check', () => {
  const checked = (crossCheck: RunResult['crossCheck'], changes: Partial<RunResult> = {}) =>
    summary({ changes: { ...(crossCheck && { crossCheck }), ...changes } });
  const figures = {
    driver: 'autocannon',
    version: '9.0.0',
    figures: {
      ...{ seconds: 2, connections: 4, requests: { completed: 2005, errors: 2, timeouts: 1, non2xx: 5 } },
      ...{ throughputPerSecond: 1000, latency: { p50: 0, p90: 1000, p99: 3000, max: 1_200_000 } },
    },
  } as const;

  it('stands beside our own figures, at its own resolution', () => {
    const text = checked(figures);
    expect(text).toContain('Cross-check with autocannon 9.0.0');
    expect(text).toMatch(/mcpb +response +5 000 /);
    expect(text).toMatch(/autocannon +from write +1 000 +< 1 ms +1 ms +3 ms +1 200 ms +7\n/);
    expect(text).toContain('neither shows a stall');
  });

  it.each(['open', 'closed'] as const)('of a load that is %s fits 100 columns', (model) => {
    const text = checked(figures, { model });
    expect(text.includes('coordinated omission')).toBe(model === 'open');
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  });

  it('says why there is none', () => {
    const text = checked({ driver: 'autocannon', version: '9.0.0', failure: 'nothing listens there' });
    expect(text).toContain('✗ no figures: nothing listens there');
    expect(checked(undefined)).not.toContain('Cross-check');
  });
});
