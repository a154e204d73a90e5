import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeFromCompressedBase64 } from 'hdr-histogram-js';
import { expect, onTestFinished, test } from 'vitest';
import type { Distribution, OperationMetrics, RunResult } from '../../src/results/result.ts';
import { formatMicros } from '../../src/units.ts';
import { mcpb } from '../support/cli.ts';
import { scratch } from '../support/scratch.ts';
import { answerAfter } from '../support/servers/server.ts';
import { startWebSocketServer } from '../support/servers/websocket.ts';
import { expectVerdict } from '../support/verdict.ts';

const keys = [
  ...['schema', 'createdBy', 'engineRevision', 'runId', 'sessionId', 'startedAt', 'exitCode', 'rps', 'model', 'seed'],
  ...['speed', 'driver', 'tags', 'units', 'window', 'scenario', 'target', 'verdict', 'valid', 'invalidReasons'],
  ...['warnings', 'metrics', 'operations', 'stages', 'checks', 'thresholds', 'generator', 'environment', 'timeline'],
  'histograms',
];

/** The one result in a folder. */
function storedIn(cwd: string): string {
  const folder = join(cwd, '.mcpb/results');
  const [name, ...others] = readdirSync(folder);
  expect(others).toEqual([]);
  return join(folder, name);
}

async function recorded(cwd: string, flags: readonly string[]): Promise<{ result: RunResult; text: string }> {
  const server = await startWebSocketServer({ answer: answerAfter(2) });
  onTestFinished(() => server.close());
  const load = ['load', '-t', server.url, '--warmup', '0s', ...flags, '-q', '--json', '-o', 'json=copy.json'];
  const { code, stdout } = await mcpb(load, { cwd });
  const path = storedIn(cwd);
  const text = readFileSync(path, 'utf8');
  expect(JSON.parse(stdout), 'stdout is the stored document').toEqual(JSON.parse(text));
  expect(readFileSync(join(cwd, 'copy.json'), 'utf8')).toBe(text);
  const result = JSON.parse(stdout) as RunResult;
  expect(code).toBe(result.exitCode);
  expect(path).toContain(result.runId);
  return { result, text };
}

/** What holds of any set of figures. */
function consistent({ requests, outcomes, errorRate, responseTime, serviceTime }: OperationMetrics): void {
  expect(Object.values(outcomes).reduce((sum, count) => sum + count, 0)).toBe(requests.planned);
  expect(errorRate).toBeCloseTo(1 - outcomes.ok / requests.planned, 12);
  expect(requests.sent).toBeLessThanOrEqual(requests.planned);
  for (const times of [responseTime, serviceTime]) ordered(times);
  expect(responseTime.sum).toBeGreaterThanOrEqual(serviceTime.sum - responseTime.count);
}

function ordered({ min, p50, p90, p95, p99, p999, p9999, max }: Distribution): void {
  const known = [min, p50, p90, p95, p99, p999, p9999, max].filter((value) => value !== null);
  expect(known).toEqual(known.toSorted((a, b) => a - b));
}

test('a result file says the same everywhere', async () => {
  const { result } = await recorded(scratch({ 'machines.yaml': 'gateway: { cpu: 8 vCPU }\n' }), [
    ...['-R', '600', '-d', '2s', '-u', '4', '--tag', 'branch=main', '--environment', 'machines.yaml'],
  ]);
  const { metrics, stages, operations, timeline, histograms, window } = result;
  expect(keys.filter((key) => !(key in result))).toEqual([]);
  expect(result).toMatchObject({
    schema: 'mcpb.result/1',
    model: 'open',
    rps: metrics.throughputPerSecond,
    units: { time: 'us', size: 'bytes' },
    tags: { branch: 'main' },
  });
  expect(result.environment.declared).toEqual({ gateway: { cpu: '8 vCPU' } });
  expect(metrics.requests.planned).toBe(1200);
  expect(window.seconds).toBe(2);
  expect(Date.parse(window.to) - Date.parse(window.from)).toBe(2000);
  for (const figures of [metrics, ...Object.values(operations), ...stages.map((stage) => stage.metrics)])
    consistent(figures);
  expect(stages.reduce((sum, stage) => sum + stage.metrics.requests.planned, 0)).toBe(1200);
  expect(operations['tools/list'].responseTime).toEqual(metrics.responseTime);
  const column = timeline.columns.indexOf('planned');
  const overAll = timeline.rows.reduce((sum, row) => sum + Number(row[column]), 0);
  expect(overAll, 'the cool-down is planned too').toBe(1800);
  expect(histograms.stages).toHaveLength(stages.length);
});

test('its histograms give the percentiles that are printed', async () => {
  const cwd = scratch();
  const { result } = await recorded(cwd, ['-u', '4', '-n', '2000']);
  const [{ 'tools/list': quantities }] = result.histograms.stages;
  const { responseTime, serviceTime } = result.metrics;
  for (const [name, times] of Object.entries({ responseTime, serviceTime })) {
    const histogram = decodeFromCompressedBase64(quantities[name]);
    const at = (p: number) =>
      Math.min(Number(times.max), Math.max(Number(times.min), histogram.getValueAtPercentile(p)));
    expect(histogram.totalCount).toBe(times.count);
    expect([at(50), at(90), at(95), at(99)]).toEqual([times.p50, times.p90, times.p95, times.p99]);
    expect(times.p9999, 'too few samples').toBeNull();
  }
  const { stdout } = await mcpb(['report', 'copy.json'], { cwd });
  const line = stdout.split('\n').find((text) => /tools\/list +response/.test(text));
  for (const value of [responseTime.p50, responseTime.p90, responseTime.p99, responseTime.max])
    expect(line).toContain(formatMicros(Number(value)));
});

test('a run that a threshold ended exits 99, says why, and keeps its result', async () => {
  const server = await startWebSocketServer({ answer: answerAfter(30) });
  onTestFinished(() => server.close());
  const threshold = "{ expression: 'response_time:avg<10', abortOnFail: true, delay: 1s }";
  const steps = 'steps: [{ call: tools/list }, { think: 5ms }]';
  const reason = /aborted by threshold response_time:avg<10 after \d+(\.\d)?s of 1m: it was \d+/;
  let cwd = '';
  const result = await expectVerdict('thresholds-failed', async () => {
    cwd = scratch();
    writeFileSync(join(cwd, 'x.yaml'), `duration: 60s\nvus: 2\nwarmup: 0\n${steps}\nthresholds: [${threshold}]\n`);
    const { code, stdout, stderr } = await mcpb(['load', 'x.yaml', '-t', server.url], { cwd });
    expect(stderr, 'as it happened').toMatch(reason);
    const stored: RunResult = JSON.parse(readFileSync(storedIn(cwd), 'utf8'));
    expect(stdout.split('\n')[0]).toMatch(stored.valid ? new RegExp(`THRESHOLDS FAILED.*${reason.source}`) : /INVALID/);
    expect(code).toBe(stored.exitCode);
    return stored;
  });
  if (result === undefined) return;
  expect(result.abortedBy?.expression).toBe('response_time:avg<10');
  const { stdout: again } = await mcpb(['report', storedIn(cwd)], { cwd });
  expect(again).toMatch(/✗ response_time:avg<10 {2}\d+(\.\d+)?, which ended the run/);
});
