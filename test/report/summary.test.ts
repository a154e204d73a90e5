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

describe('thresholds', () => {
  const shown = (...thresholds: RunResult['thresholds']) =>
    summary({ stages: ['up', 'down'], changes: { thresholds, verdict: 'thresholds-failed' } });

  it('say why there is no data, what is known only from one side, and that they ended the run', () => {
    const text = shown(
      { expression: 'a', value: null, passed: false, noData: true, reason: 'n=400 < 1 000' },
      { expression: 'b', value: null, atLeast: 30.04, passed: false },
      { expression: 'c', value: 4, generatorShare: 0.25, passed: true },
      { expression: 'd', value: 4, passed: false, aborted: true },
    );
    expect(text).toContain('3 of 4 failed, a has no data: n=400 < 1 000');
    expect(text).toContain('✗ a  no data: n=400 < 1 000\n');
    expect(text).toContain('✗ b  ≥ 30.04: it falls on requests that were given up\n');
    expect(text).toContain('✓ c  ≤ 4 (generator share 25 %)\n');
    expect(text).toContain('✗ d  4, which ended the run\n');
  });

  it('name the stages that broke them and those that were not gated', () => {
    const row = (stage: number) => ({ scenario: 'probe', stage });
    const failed = { expression: 'a', value: 7, passed: false } as const;
    const text = shown({
      ...failed,
      stages: [
        { ...row(0), value: 7, passed: false },
        { ...row(1), value: null, passed: null, notGatedReason: 'n=9 < 20' },
      ],
    });
    expect(text).toContain('  ✗ a  7, the worst of 1 stage\n      ✗ up  7\n      down: not gated (n=9 < 20)\n');
  });

  it('are given with the reason when one ended the run', () => {
    const warnings = [{ code: 'aborted', message: 'aborted by threshold a after 3s of 1m: it was 5' }];
    expect(summary({ changes: { verdict: 'thresholds-failed', warnings } }).split('\n')[0]).toBe(
      '✗ THRESHOLDS FAILED  probe: aborted by threshold a after 3s of 1m: it was 5',
    );
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
      responseTime: { ...responseTime, max: 30_000_000, bounds: { p99: '>=', max: '>=' } } satisfies Distribution,
    }));
    expect(renderSummary(censored, plainStyle)).toMatch(/response .* ≥ \d\.\d\d ms .* ≥ 30\.0 s /);
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

describe('what a target did over HTTP', () => {
  it('tells statuses by era, and what to do about redirects', () => {
    const run = syntheticRun({ errors: { http_status: 5 } });
    const codes = { httpStatus: { 503: 3, 429: 2 }, httpStatusByEra: { legacy: { 503: 3 }, modern: { 429: 2 } } };
    const text = renderSummary({ ...run, metrics: { ...run.metrics, ...codes } }, plainStyle);
    expect(text).toMatch(/http_status +5 .* legacy: 503 × 3; modern: 429 × 2\n/);
    expect(text).not.toContain('redirects');
    const moved = { ...run.metrics, httpStatus: { 302: 5 } };
    expect(renderSummary({ ...run, metrics: moved }, plainStyle)).toMatch(
      /legacy: 302 × 5\n.*redirects are not followed/,
    );
  });

  it('tells of requests lost on connections that had served', () => {
    const run = syntheticRun();
    const connections = { ...run.metrics.connections, lostOnReuse: 12 };
    const text = renderSummary({ ...run, metrics: { ...run.metrics, connections } }, plainStyle);
    expect(text).toMatch(/✗ 12 requests lost on connections that had served before.*\n +try: .*keep-alive/);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(130);
  });
});
