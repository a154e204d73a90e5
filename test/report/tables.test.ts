import { describe, expect, it } from 'vitest';
import { baselineOf } from '../../src/regression/baseline.ts';
import { renderBaseline, renderBaselineList } from '../../src/report/baseline-text.ts';
import { renderGuideTables } from '../../src/report/guide-tables.ts';
import { plainStyle } from '../../src/report/style.ts';
import type { RunResult } from '../../src/results/result.ts';
import { type SyntheticRun, syntheticRun } from '../support/results.ts';

const over = (transport: string, options: SyntheticRun): RunResult => {
  const run = syntheticRun(options);
  return { ...run, target: { ...run.target, transport } };
};

describe('several results', () => {
  const results = [
    over('websocket', { seed: 1, scenario: 'latency-ws', requests: 12_000 }),
    over('websocket', { seed: 2, scenario: 'latency-ws', requests: 12_000, throughput: 5100 }),
    over('websocket', { seed: 3, scenario: 'latency-ws', requests: 12_000, throughput: 5200 }),
    over('tcp', { seed: 4, scenario: 'latency-tcp', p50: 800, throughput: 6000 }),
    over('http', { seed: 5, scenario: 'latency-http', p50: 1400, throughput: 4000, cpuMicros: null }),
  ];

  it('make the throughput and the latency table', async () => {
    await expect(renderGuideTables(results, plainStyle)).toMatchFileSnapshot('../golden/guide-tables.txt');
  });

  it('give repeated runs by their median', () => {
    expect(renderGuideTables(results, plainStyle)).toMatch(/WebSocket +8 +5 100 .* 3$/m);
  });

  it('name the scenario where a transport has several', () => {
    const both = [over('tcp', { scenario: 'tcp-1k' }), over('tcp', { scenario: 'tcp-10k' })];
    expect(renderGuideTables(both, plainStyle)).toMatch(/Binary TCP tcp-1k +Binary TCP tcp-10k/);
  });

  it('mark what is known from one side only', () => {
    const run = syntheticRun();
    const { responseTime } = run.metrics;
    const marked = (changes: Partial<RunResult['metrics']>) =>
      renderGuideTables([syntheticRun(), { ...run, metrics: { ...run.metrics, ...changes } }], plainStyle);
    expect(marked({ targetTime: { ...responseTime, p99: Number(responseTime.p99) / 2 } })).toMatch(/P99 latency +≤ /);
    expect(marked({ responseTime: { ...responseTime, bounds: { p99: '>=' } } })).toMatch(/P99 latency +≥ /);
    expect(marked({})).not.toMatch(/[≤≥]/);
  });

  it('warn of different machines and invalid runs', () => {
    const mixed = [
      syntheticRun(),
      syntheticRun({ environment: { class: 'x64-4c-8g-ffffffff' }, changes: { valid: false } }),
    ];
    expect(renderGuideTables(mixed, plainStyle)).toMatch(/2 machine classes[\s\S]*1 of 2 runs are invalid/);
  });
});

describe('baselines', () => {
  it('are shown run by run', async () => {
    const { baseline } = baselineOf([syntheticRun({ seed: 1 }), syntheticRun({ seed: 2 })]);
    await expect(renderBaseline(baseline, plainStyle)).toMatchFileSnapshot('../golden/baseline.txt');
  });

  it('are listed, or the way to record one', () => {
    const summary = {
      path: 'baselines/a.json',
      scenario: 'smoke',
      speed: 20,
      machineClass: 'x64-2c-4g-0a1b2c3d',
      sessions: 2,
      runs: 10,
      newest: '2026-11-23T21:06:00.000Z',
    };
    expect(renderBaselineList([summary], 'baselines')).toMatch(
      /smoke +×20 +x64-2c-4g-0a1b2c3d +2 +10 +2026-11-23 21:06/,
    );
    expect(renderBaselineList([], 'baselines')).toContain('mcpb baseline save SCENARIO');
  });
});
