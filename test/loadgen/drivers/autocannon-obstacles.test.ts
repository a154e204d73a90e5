import { describe, expect, it } from 'vitest';
import { checkDriver } from '../../../src/loadgen/driver.ts';
import { autocannonObstacles } from '../../../src/loadgen/drivers/autocannon-obstacles.ts';
import type { Overrides } from '../../../src/scenario/overrides.ts';
import type { ScenarioPlan } from '../../../src/scenario/plan.ts';
import { planOf } from '../../support/engine.ts';

const target = 'http://127.0.0.1:9/mcp';
const obstacles = (overrides: Overrides, changes: Partial<ScenarioPlan> = {}) =>
  autocannonObstacles(planOf({ target, ...overrides }, changes));

const [one] = planOf({ target }).scenarios;
const [operation] = one.operations;
const call = { type: 'call', operation: 0 } as const;
const { executor } = one;

describe('autocannon', () => {
  it.each<[string, Overrides]>([
    ['constant users', { vus: '4' }],
    ['a number of requests', { vus: '4', requests: '100' }],
    ['a constant rate', { vus: '4', rate: '100/s' }],
    ['the bundled gateway', { target: 'bundled', transport: 'http' }],
    ['TLS', { target: 'https://localhost:9/mcp' }],
  ])('can make %s', (_, overrides) => {
    expect(obstacles(overrides)).toEqual([]);
  });

  it.each<[string, string[]]>([
    ['its transport is websocket', obstacles({ target: 'ws://127.0.0.1:9/mcp' })],
    ['its transport is stdio', obstacles({ target: 'stdio:true' })],
    ['its load changes with time', obstacles({ stages: ['10s:5', '10s:0'] })],
    ['its load changes with time', obstacles({ stages: ['10s:5', '10s:5'] })],
    ['its arrivals are not even', obstacles({ rate: '50' }, { executor: { ...openOf(50), arrival: 'poisson' } })],
    ['its rate of 2.5/s is no whole number', obstacles({ rate: '2.5', vus: '1' })],
    ['its 10 connections are more than the requests of a second', obstacles({ rate: '5' })],
    ['its 10 connections are more than its requests', obstacles({}, { executor: { ...executor, iterations: 9 } })],
    ['it has both a rate and a number of requests', obstacles({ rate: '50', requests: '100' })],
    ['its executor is session-arrival', obstacles({}, { executor: { ...executor, kind: 'session-arrival' } })],
    ['it keeps 3 requests in flight on a connection', obstacles({}, { inFlight: 3 })],
    ['it has 2 workers, each of which would need sessions of its own', obstacles({ workers: '2' })],
    ['it has source addresses', obstacles({ localAddresses: ['127.0.0.2'] })],
    ['its time-out is below one second', obstacles({ timeout: '500ms' })],
    ['an iteration makes several calls', obstacles({}, { steps: [call, call] })],
    ['it makes 2 different requests', obstacles({}, { operations: [operation, operation] })],
    [
      'it has steps that are no calls: think, close',
      obstacles({}, { steps: [call, { type: 'think', milliseconds: 5 }, { type: 'close', how: 'delete' }] }),
    ],
    ['its requests differ', obstacles({}, { operations: [{ ...operation, fields: [] }] })],
  ])('cannot: %s', (what, found) => {
    expect(found).toEqual([what]);
  });

  it('is refused with everything at once', () => {
    const plan = planOf({ target: 'tcp://127.0.0.1:9', workers: '2' });
    expect(() => checkDriver('autocannon', plan)).toThrow(/its transport is tcp; it has 2 workers/);
    expect(() => checkDriver('autocannon', { ...plan, scenarios: [one, one] })).toThrow(/2 scenarios at once/);
  });
});

function openOf(rate: number): ScenarioPlan['executor'] {
  return planOf({ target, rate: String(rate) }).scenarios[0].executor;
}
