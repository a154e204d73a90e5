import { describe, expect, it } from 'vitest';
import { judge } from '../../src/loadgen/verdict.ts';
import { runMetrics } from '../../src/metrics/summary.ts';
import { planText } from '../scenario/planning.ts';
import { good, lag, sound } from '../support/evidence.ts';
import { collected, measuredScenario, rowOf } from '../support/measured.ts';
import { startRun } from '../support/runs.ts';
import { serve } from '../support/servers/serve.ts';
import { answerAfter } from '../support/servers/server.ts';
import { startWebSocketServer } from '../support/servers/websocket.ts';

/** Arrivals beside virtual users, whose own lateness would make a closed run generator-limited. */
const mixed = { ...sound, model: 'closed', closedBeside: good } as const;
const codes = (found: readonly { readonly code: string }[]) => found.map(({ code }) => code);

describe('arrivals beside virtual users', () => {
  it.each([
    ['generator_lag_p50', { metrics: { ...good, generatorLag: lag(3000) } }],
    ['receive_lag_p50', { metrics: { ...good, receiveLag: lag(3000) } }],
    ['late_seconds', { seconds: Array(9).fill({ late: true, steal: 0, ok: 1000, responseP50: 1000 }) }],
  ])('that the generator is late with make the run invalid: %s', (code, changes) => {
    const judged = judge({ ...mixed, ...changes });
    expect(codes(judged.invalidReasons)).toEqual([code]);
    expect(judged).toMatchObject({ verdict: 'invalid', exitCode: 5, limitedBy: 'none' });
  });

  it('are not excused where the generator is late with both', () => {
    const late = { ...good, generatorLag: lag(3000) };
    const judged = judge({ ...mixed, metrics: late, closedBeside: late });
    expect(codes(judged.invalidReasons)).toEqual(['generator_lag_p50']);
    expect(codes(judged.warnings)).toEqual(expect.arrayContaining(['closed_lag_p50', 'generator_limited']));
  });
});

describe('virtual users beside arrivals', () => {
  const late = { ...good, generatorLag: lag(3000) };

  it('are limited by a generator that is late with them alone', () => {
    const judged = judge({ ...mixed, closedBeside: late });
    expect(judged).toMatchObject({ verdict: 'generator-limited', exitCode: 0, invalidReasons: [] });
    expect(codes(judged.warnings)).toContain('closed_lag_p50');
  });

  it('make the run invalid where others had its core', () => {
    expect(codes(judge({ ...mixed, closedBeside: late, cpuWait: 0.3 }).invalidReasons)).toEqual(['closed_lag_p50']);
  });

  it('are not limited by a generator that only polls for the arrivals', () => {
    const busy = { ...mixed, workersBusy: 1 };
    expect(judge(busy)).toMatchObject({ verdict: 'generator-limited', limitedBy: 'generator' });
    expect(judge({ ...busy, polls: true })).toMatchObject({ verdict: 'pass', limitedBy: 'none' });
  });

  it('are not excused by polling where nobody counts the time without a core', () => {
    const uncounted = { ...mixed, closedBeside: late, cpuWait: null, workersBusy: 1 };
    expect(judge(uncounted)).toMatchObject({ verdict: 'generator-limited', invalidReasons: [] });
    expect(codes(judge({ ...uncounted, polls: true }).invalidReasons)).toEqual(['closed_lag_p50']);
  });

  it('have no rules where there are none', () => {
    expect(judge(sound).certificate.filter(({ rule }) => rule.startsWith('closed_'))).toEqual([]);
  });

  it('are not in the times of the run, but in its counts', () => {
    const plan = { scenarios: [measuredScenario([1]), measuredScenario([1], { name: 'users', model: 'closed' })] };
    const collector = collected(plan, (recorder) => {
      for (const [scenario, times, millis] of [
        [0, 20, 50],
        [1, 1000, 1],
      ])
        for (let i = 0; i < times; i++) {
          const row = rowOf(plan, scenario, 0, 0);
          recorder.planned(row);
          recorder.ok(row, 0, 0, 0.01, millis);
        }
    });
    const { responseTime, requests } = runMetrics(collector, 1, { peakConnections: 1, meanInFlight: 1 });
    expect(responseTime).toMatchObject({ count: 20, min: 50_000 });
    expect(requests.planned).toBe(1020);
  });
});

it('are told apart in a run', async () => {
  const server = await serve(startWebSocketServer, { answer: answerAfter(5) });
  const plan = planText(`target: ${server.url}
warmup: 0s
cooldown: 0s
scenarios:
  probe: { executor: constant-arrival-rate, rate: 100, duration: 400ms, steps: [{ call: tools/list }] }
  users: { executor: constant-vus, vus: 2, duration: 400ms, steps: [{ call: tools/list }] }`);
  const { metrics, stages, certificate, warnings } = await startRun(plan).result;
  const [probe, users] = stages.map((stage) => stage.metrics);
  expect(users.responseTime.count).toBeGreaterThan(0);
  expect(metrics.responseTime).toEqual(probe.responseTime);
  expect(metrics.requests.planned).toBe(probe.requests.planned + users.requests.planned);
  expect(certificate.find(({ rule }) => rule === 'closed_lag_p50')?.value).toBe(users.generatorLag.p50);
  expect(codes(warnings)).toEqual(expect.arrayContaining(['closed_loop', 'mixed_models']));
});
