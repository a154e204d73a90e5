import { describe, expect, it } from 'vitest';
import type { LevelRow } from '../../src/loadgen/run-record.ts';
import { warmUpFindings } from '../../src/loadgen/warm-up.ts';
import { planText } from '../scenario/planning.ts';

const steps = 'steps: [{ call: ping }]';
const warmup = (text: string, overrides = {}) => planText(text, overrides).scenarios.map(({ phases }) => phases.warmup);

describe('the default warm-up', () => {
  it.each([
    ['rate: 1000', [3]],
    ['rate: 500', [4]],
    ['rate: 100', [20]],
    ['rate: 10', [30]],
    ['rate: 1000\nworkers: 4', [8]],
  ])('brings every worker 2,000 requests at %s, in 3 to 30 s', (load, expected) => {
    expect(warmup(`executor: constant-arrival-rate\n${load}\n${steps}`)).toEqual(expected);
  });

  it('counts every call of an iteration', () => {
    const calls = 'steps: [{ call: ping }, { call: tools/list }]';
    expect(warmup(`executor: constant-arrival-rate\nrate: 100\n${calls}`)).toEqual([10]);
  });

  it('is the same for all blocks, from the rates of all of them', () => {
    const block = (rate: number) => `{ executor: constant-arrival-rate, rate: ${rate}, ${steps} }`;
    expect(warmup(`scenarios: { a: ${block(300)}, b: ${block(100)} }`)).toEqual([5, 5]);
    expect(warmup(`scenarios: { a: { vus: 1, ${steps} }, b: ${block(100)} }`)).toEqual([3, 3]);
  });

  it('is none before ramps, iterations, sessions, connections and runs that close', () => {
    const none = [
      'executor: ramping-vus\nstages: [{ duration: 1s, target: 5 }]',
      'executor: ramping-arrival-rate\nstages: [{ duration: 1s, target: 5 }]',
      'executor: per-vu-iterations',
      'executor: shared-iterations',
      'executor: session-arrival\nsessions: { rate: 5 }',
      'executor: connection-arrival\nrate: 5',
    ];
    for (const load of none) expect(warmup(`${load}\n${steps}`)).toEqual([0]);
    expect(warmup('vus: 5\nsteps: [{ call: ping }, close]')).toEqual([0]);
    expect(warmup(`vus: 5\n${steps}`, { requests: '100' })).toEqual([0]);
  });

  it('is what the scenario, the configuration or the flag says where one does', () => {
    expect(warmup(`executor: constant-arrival-rate\nrate: 10\nwarmup: 1s\n${steps}`)).toEqual([1]);
    expect(warmup(`executor: constant-arrival-rate\nrate: 10\n${steps}`, { warmup: '7s' })).toEqual([7]);
  });
});

describe('a warm-up that brought too little', () => {
  const rows = (perSecond: number) =>
    Array.from({ length: 6 }, (_, sequence): LevelRow => {
      const idle = { sent: 0, completed: 0, ok: 0, errors: 0, vus: 0, connections: 0, opened: 0, inFlight: 0 };
      const levels = { inFlightMillis: 0, eventLoopUtilization: 0, cpuMicros: 0, targetRss: null };
      const lags = { late: false, responseP50: null, steal: null };
      const stalls = {
        cpuWaitMillis: null,
        stallMillis: 0,
        longestStallMillis: 0,
        longestStallAt: 0,
        silenceMillis: 0,
      };
      return { ...idle, ...levels, ...lags, ...stalls, sequence, seconds: sequence + 1, planned: perSecond };
    });
  const closed = () => planText(`vus: 5\nworkers: 2\n${steps}`);

  it('is told, with what was wanted of all workers', () => {
    expect(warmUpFindings(closed(), rows(400), 3)).toMatchObject([{ code: 'short_warmup', value: 1200, limit: 4000 }]);
    expect(warmUpFindings(closed(), rows(1400), 3)).toEqual([]);
  });

  it('is nobody’s business where its length was chosen, and cannot be told of one made shorter', () => {
    expect(warmUpFindings(planText(`vus: 5\nwarmup: 3s\n${steps}`), rows(1), 3)).toEqual([]);
    expect(warmUpFindings(planText(`vus: 5\n${steps}`, { speed: '2' }), rows(1), 1.5)).toEqual([]);
  });
});
