import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { bundledNames, bundledPath, bundledScenarios } from '../../src/scenario/bundled.ts';
import { catalog } from '../../src/scenario/catalog.ts';
import type { ScenarioPlan } from '../../src/scenario/plan.ts';
import { requirementsOf } from '../../src/scenario/requirements.ts';
import { plan } from './planning.ts';

function only(name: string, cores = 4): ScenarioPlan {
  const { scenarios } = plan({ scenario: name }, { cores });
  expect(scenarios).toHaveLength(1);
  return scenarios[0];
}

test('the list is what stands in scenarios/, each named as its file and described', () => {
  const files = readdirSync(dirname(bundledPath('smoke'))).filter((file) => file.endsWith('.yaml'));
  expect(files.map((file) => file.replace('.yaml', '')).toSorted()).toEqual(bundledNames.toSorted());
  for (const { name, description } of bundledScenarios()) {
    expect(plan({ scenario: name }).name).toBe(name);
    expect(description.length).toBeGreaterThan(20);
  }
});

test('each runs against the bundled gateway as it stands', () => {
  for (const name of bundledNames)
    for (const { target, timeout } of plan({ scenario: name }).scenarios)
      expect([name, target.bundled, timeout]).toEqual([name, true, 30_000]);
});

test('smoke', () => {
  const { scenarios, thresholds, workers } = plan({ scenario: 'smoke' });
  expect(scenarios.map(({ target }) => target.transport)).toEqual(['websocket', 'tcp', 'http']);
  expect(workers).toBe(1);
  expect(thresholds.map(({ expression }) => expression)).toEqual(['error_rate<0.01', 'checks:rate>0.99']);
  for (const { executor, phases, operations, lifecycle, startTime } of scenarios) {
    expect(executor).toMatchObject({ kind: 'constant-arrival-rate', vus: 20 });
    expect(executor.stages).toEqual([{ name: '1000/s', seconds: 5, from: 1000, to: 1000 }]);
    expect(phases).toEqual({ warmup: 1, measure: 5, cooldown: 1 });
    expect([lifecycle, startTime]).toEqual(['auto', 0]);
    expect(operations.map(({ name, checks }) => [name, checks.map((check) => check.name)])).toEqual([
      ['tools/list', ['valid response', 'has result']],
    ]);
  }
});

test('ramp-5k', () => {
  const { target, lifecycle, executor, phases, steps, operations } = only('ramp-5k');
  expect([target.transport, lifecycle, executor.kind, executor.vus]).toEqual([
    'websocket',
    'none',
    'ramping-vus',
    5000,
  ]);
  expect(executor.stages).toEqual([
    { name: '1→100 VUs', seconds: 120, from: 1, to: 100 },
    { name: '100→1000 VUs', seconds: 300, from: 100, to: 1000 },
    { name: '1000→5000 VUs', seconds: 600, from: 1000, to: 5000 },
    { name: '5000→0 VUs', seconds: 120, from: 5000, to: 0 },
  ]);
  expect(phases).toEqual({ warmup: 0, measure: 1140, cooldown: 0 });
  expect(steps).toEqual([
    { type: 'connect' },
    { type: 'call', operation: 0 },
    { type: 'hold', milliseconds: 30_000 },
    { type: 'close', how: 'delete' },
  ]);
  expect(operations[0].checks).toEqual([
    { name: 'valid response', path: ['jsonrpc'], operator: '==', literal: '2.0' },
    { name: 'has result', path: ['result'] },
  ]);
});

test.each([
  [2, 2],
  [64, 12],
])('http-400 on %i cores', (cores, workers) => {
  expect(plan({ scenario: 'http-400' }, { cores }).workers).toBe(workers);
  expect(only('http-400', cores)).toMatchObject({
    target: { transport: 'http', path: '/api/tools' },
    lifecycle: 'none',
    token: 'test-token',
    executor: { kind: 'constant-vus', vus: 400 },
    phases: { warmup: 3, measure: 30, cooldown: 1 },
  });
});

test('connect-request-close', () => {
  const scenario = only('connect-request-close', 6);
  expect(scenario).toMatchObject({
    target: { transport: 'websocket' },
    lifecycle: 'none',
    executor: { kind: 'constant-vus', vus: 6 },
  });
  expect(scenario.phases).toEqual({ warmup: 0, measure: 10, cooldown: 0 });
  expect(scenario.steps.map(({ type }) => type)).toEqual(['connect', 'call', 'close']);
});

test.each([
  ['ws-1k', 'websocket', 1000],
  ['ws-5k', 'websocket', 5000],
  ['ws-10k', 'websocket', 10_000],
  ['tcp-1k', 'tcp', 1000],
  ['tcp-5k', 'tcp', 5000],
  ['tcp-10k', 'tcp', 10_000],
])('%s', (name, transport, vus) => {
  expect(only(name)).toMatchObject({
    target: { transport },
    executor: { kind: 'constant-vus', vus },
    phases: { warmup: 10, measure: 60, cooldown: 1 },
    inFlight: 1,
    steps: [{ type: 'call', operation: 0 }],
    maxConnections: 10_000,
  });
});

test.each([
  ['latency-ws', 'websocket'],
  ['latency-tcp', 'tcp'],
  ['latency-http', 'http'],
])('%s', (name, transport) => {
  const scenario = only(name);
  expect(scenario).toMatchObject({
    target: { transport },
    executor: { kind: 'constant-arrival-rate', vus: 100, stages: [{ seconds: 60, from: 2000, to: 2000 }] },
    phases: { warmup: 10, measure: 60, cooldown: 1 },
  });
});

test('the three latency scenarios differ in name and transport alone', () => {
  const [ws, tcp, http] = ['ws', 'tcp', 'http'].map((short) => {
    const { target: _target, ...rest } = only(`latency-${short}`);
    return rest;
  });
  expect(tcp).toEqual(ws);
  expect(http).toEqual(ws);
});

test('mix', () => {
  const { executor, steps, operations } = only('mix');
  expect(executor).toMatchObject({ kind: 'constant-arrival-rate', vus: 20, stages: [{ seconds: 30, to: 500 }] });
  const [step] = steps;
  if (step.type !== 'mix') throw new Error('not a mix');
  expect(step.choices.map(({ weight, operation }) => [weight, operations[operation].name])).toEqual([
    [40, 'tools/list'],
    [30, 'tools/call echo'],
    [20, 'resources/list'],
    [10, 'prompts/list'],
  ]);
});

test('limit-gateway: a ladder of sessions, and probes with the same stages', () => {
  const { scenarios } = plan({ scenario: 'limit-gateway' });
  const [idle, probe] = scenarios;
  const shape = ({ executor }: ScenarioPlan) => executor.stages.map(({ seconds, from, to }) => ({ seconds, from, to }));
  expect(shape(probe).map(({ seconds }) => seconds)).toEqual(shape(idle).map(({ seconds }) => seconds));
  expect(shape(probe).every(({ from, to }) => from === 200 && to === 200)).toBe(true);
  const plateaus = shape(idle).filter(({ from, to }) => from === to);
  expect(plateaus.map(({ to }) => to)).toEqual([1000, 5000, 10_000, 20_000, 30_000, 40_000, 50_000]);
  expect(
    plateaus.every(({ seconds }) => 200 * seconds >= 1000),
    'enough probes for p99',
  ).toBe(true);
  expect(idle.localAddresses.length * 28_000).toBeGreaterThan(50_000);
  expect(requirementsOf(plan({ scenario: 'limit-gateway' })).fileDescriptors).toBeGreaterThan(50_000);
});

test('sessions: four in five end with DELETE', () => {
  const { scenarios } = plan({ scenario: 'sessions' });
  const read = scenarios.map(({ name, executor, steps }) => [
    name,
    executor.arrival,
    executor.stages[0].to,
    steps.filter(({ type }) => type === 'mix').length,
    steps[steps.length - 1],
  ]);
  expect(read).toEqual([
    ['orderly', 'poisson', 16, 5, { type: 'close', how: 'delete' }],
    ['abandoned', 'poisson', 4, 5, { type: 'close', how: 'abandon' }],
  ]);
});

test('storm: calm, 2,000 sessions within two seconds, calm', () => {
  const { executor, target } = only('storm');
  expect(target.transport).toBe('websocket');
  expect(executor.stages.map(({ name, seconds }) => [name, seconds])).toEqual([
    ['20 sessions/s', 10],
    ['1000 sessions/s', 2],
    ['20 sessions/s', 20],
  ]);
});

test('soak: enough sessions for a slope', () => {
  const { executor, phases } = only('soak');
  expect(phases).toMatchObject({ warmup: 60, measure: 1800 });
  expect(executor.stages[0].to * phases.measure).toBe(90_000);
});

test('the catalog says what each is and how long it takes', () => {
  const entries = catalog(4);
  expect(entries.map(({ name }) => name)).toEqual(bundledNames);
  expect(entries.map(({ seconds }) => seconds)).toEqual([
    7, 1140, 34, 10, 71, 71, 71, 71, 71, 71, 350, 71, 71, 71, 35, 60, 32, 1860,
  ]);
  expect(entries[0]).toMatchObject({ transports: ['websocket', 'tcp', 'http'], executors: ['constant-arrival-rate'] });
});
