import { describe, expect, it } from 'vitest';
import type { LiveInterval } from '../../src/metrics/live.ts';
import type { Output, OutputOptions } from '../../src/report/output.ts';
import { plainStyle } from '../../src/report/style.ts';
import type { RunResult } from '../../src/results/result.ts';
import type { Plan } from '../../src/scenario/plan.ts';
import { syntheticRun } from '../support/results.ts';

/** Collects what an output writes. */
export function collector() {
  const written: string[] = [];
  return { stream: { write: (text: string) => written.push(text) }, text: () => written.join('') };
}

export function plan(changes: Partial<Plan> = {}): Plan {
  return {
    name: 'probe',
    hash: 'hash-of-probe',
    resolved: {},
    seed: 42,
    speed: 1,
    workers: 1,
    pacing: 'auto',
    scenarios: [],
    thresholds: [],
    tags: {},
    backend: 'echo',
    ...changes,
  };
}

export function interval(changes: Partial<LiveInterval> = {}): LiveInterval {
  return {
    second: 12,
    length: 1,
    of: 60,
    phase: 'measure',
    stage: '',
    vus: 100,
    connections: 100,
    inFlight: 4,
    planned: 1240,
    sent: 1240,
    completed: 1234,
    errors: 0,
    p50: 1200,
    p99: 5400,
    max: 12_100,
    bounds: {},
    lagP99: 210,
    eventLoopUtilization: 0.4,
    targetCpuPercent: 45,
    targetRssBytes: 80_000_000,
    notes: [],
    ...changes,
  };
}

/** An interval in which nothing is known yet. */
export const emptyInterval = interval({
  second: -1,
  of: null,
  phase: 'connecting',
  completed: 0,
  p50: null,
  p99: null,
  max: null,
  lagP99: null,
  targetCpuPercent: null,
  targetRssBytes: null,
});

const unhappyRuns: readonly (readonly [string, RunResult])[] = [
  ['passed', syntheticRun()],
  ['had no request at all', syntheticRun({ requests: 0 })],
  ['was interrupted', syntheticRun({ changes: { verdict: 'interrupted', valid: false, exitCode: 105 } })],
];

/** What every output keeps to. */
export function outputContract(name: string, create: (options: OutputOptions) => Output): void {
  describe(`${name} keeps to the contract of outputs`, () => {
    it.each(unhappyRuns)('shows a run that %s', async (_, result) => {
      const { stream, text } = collector();
      const output = create({ stream, style: plainStyle });
      output.start(plan());
      output.connecting(0, undefined);
      output.connecting(1000, 'connect ECONNREFUSED 127.0.0.1:9');
      for (const shown of [emptyInterval, interval(), interval({ notes: ['the generator is 12 ms late'] })])
        output.interval(shown);
      await output.finish(result);
      expect(text()).not.toMatch(/NaN|undefined|null|Infinity|\[object/);
      expect(text()).not.toContain('\u001B');
    });

    it('can be finished without an interval, and used for the next run', async () => {
      const { stream } = collector();
      const output = create({ stream, style: plainStyle });
      for (const result of [syntheticRun(), syntheticRun({ seed: 2 })]) {
        output.start(plan());
        await output.finish(result);
      }
    });
  });
}
