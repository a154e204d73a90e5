import fc from 'fast-check';
import { expect, test } from 'vitest';
import { executorPlan } from '../../src/scenario/executors.ts';
import type { Overrides } from '../../src/scenario/overrides.ts';
import type { ScenarioPlan } from '../../src/scenario/plan.ts';
import { mistake, plan, planText } from './planning.ts';

function adHoc(overrides: Overrides, config?: string): ScenarioPlan {
  return plan({ overrides }, config === undefined ? {} : { config }).scenarios[0];
}

const stagesOf = ({ executor }: ScenarioPlan): number[][] =>
  executor.stages.map(({ seconds, from, to }) => [seconds, from, to]);

test.each([
  [{ vus: '50', duration: '30s' }, 'constant-vus', 50, [[30, 50, 50]]],
  [{ vus: 'cores' }, 'constant-vus', 4, [[10, 4, 4]]],
  [{ vus: 'cores:3' }, 'constant-vus', 3, [[10, 3, 3]]],
  [{ rate: '500/s' }, 'constant-arrival-rate', 10, [[10, 500, 500]]],
  [{ rate: '3000/m', vus: '5' }, 'constant-arrival-rate', 5, [[10, 50, 50]]],
  [
    { stages: ['30s:100', '1m:0'] },
    'ramping-vus',
    100,
    [
      [30, 1, 100],
      [60, 100, 0],
    ],
  ],
  [{ stages: ['30s:100'], vus: '20' }, 'ramping-vus', 100, [[30, 20, 100]]],
  [{ stages: ['30s:100'], rate: '50' }, 'ramping-arrival-rate', 10, [[30, 50, 100]]],
  [{ stages: ['0s:40', '10s:40'] }, 'ramping-vus', 40, [[10, 40, 40]]],
] as const)('ad hoc %j', (overrides, kind, vus, stages) => {
  const scenario = adHoc(overrides as Overrides);
  expect(scenario.executor).toMatchObject({ kind, vus });
  expect(stagesOf(scenario)).toEqual(stages);
});

test('a number of requests: no warm-up, and as long as it takes', () => {
  expect(adHoc({ requests: '1k' })).toMatchObject({
    executor: { iterations: 1000 },
    phases: { warmup: 0, measure: 600, cooldown: 0 },
  });
  expect(adHoc({ requests: '1k', rate: '50' })).toMatchObject({
    executor: { iterations: 1000 },
    phases: { measure: 20 },
  });
  expect(adHoc({ requests: '1k', duration: '5s' })).toMatchObject({
    executor: { iterations: 1000 },
    phases: { measure: 5 },
  });
});

test('open models have no cap of their own in flight, closed ones one', () => {
  expect(adHoc({ rate: '5' })).toMatchObject({ inFlight: 1_000_000, executor: { model: 'open' } });
  expect(adHoc({ vus: '5' })).toMatchObject({ inFlight: 1, executor: { model: 'closed' } });
  expect(adHoc({ rate: '5', inFlight: '4' }).inFlight).toBe(4);
});

test('a configuration file gives ad-hoc runs their load, which flags then change', () => {
  const config = 'vus: 7\nduration: 3s\n';
  expect(stagesOf(adHoc({}, config))).toEqual([[3, 7, 7]]);
  expect(adHoc({ rate: '100' }, config)).toMatchObject({
    executor: { kind: 'constant-arrival-rate', vus: 7 },
    phases: { measure: 3 },
  });
  expect(stagesOf(adHoc({ stages: ['5s:9'] }, config))).toEqual([[5, 1, 9]]);
});

const ramp = 'executor: ramping-vus\nstages: [{ duration: 10s, target: 50 }]\nsteps: [{ call: ping }]';
const arrivals =
  'executor: ramping-arrival-rate\nstartRate: 600\ntimeUnit: 1m\nstages: [{ duration: 10s, target: 1200 }]\nsteps: [{ call: ping }]';

test('timeUnit turns numbers into rates per second', () => {
  expect(stagesOf(planText(arrivals).scenarios[0])).toEqual([[10, 10, 20]]);
  expect(
    planText('executor: constant-arrival-rate\nrate: 120\ntimeUnit: 1m\nsteps: [{ call: ping }]').scenarios[0].executor
      .stages[0].to,
  ).toBe(2);
});

test.each([
  ['-s over VUs', ramp, { stages: ['5s:7'] }, 'ramping-vus', [[5, 1, 7]]],
  ['-s over arrivals', arrivals, { stages: ['5s:7'] }, 'ramping-arrival-rate', [[5, 0, 7]]],
  ['-R over VUs', ramp, { rate: '5' }, 'constant-arrival-rate', [[10, 5, 5]]],
  ['-u and -d over a ramp', ramp, { vus: '5', duration: '3s' }, 'constant-vus', [[3, 5, 5]]],
  ['-u over arrivals', arrivals, { vus: '33' }, 'ramping-arrival-rate', [[10, 10, 20]]],
])('%s', (_name, text, overrides, kind, stages) => {
  const scenario = planText(text, overrides).scenarios[0];
  expect(scenario.executor.kind).toBe(kind);
  expect(stagesOf(scenario)).toEqual(stages);
});

test.each([
  [ramp, { vus: '5' }, '--vus: the stages of ramping-vus say the level; use --stage'],
  [ramp, { duration: '5s' }, '--duration: the stages of ramping-vus have their own durations; use --stage'],
  [arrivals, { requests: '5' }, '--requests: a number of requests does not go with ramping-arrival-rate'],
  [ramp, { stages: ['1s:1'], duration: '5s' }, '--duration: stages have their own durations'],
  [
    'steps: [{ call: ping }, { call: tools/list }]',
    { requests: '5' },
    '--requests: an iteration makes 2 requests; it can only be set where it makes one',
  ],
  [
    'steps: [{ call: ping }, { think: 1s }]',
    { inFlight: '5' },
    '--in-flight: more than one in flight does not go with a step that waits or closes (think)',
  ],
  [
    'steps: [{ call: ping }]',
    { target: 'http://h/', inFlight: '2' },
    '--in-flight: HTTP/1.1 requests are not pipelined, a connection carries one at a time: use more VUs, or a target over WebSocket or TCP',
  ],
])('refuses a flag that would have no effect: %#', (text, overrides, message) => {
  const error = mistake(() => planText(text, overrides));
  expect(error.code).toBe('MCPB_E_USAGE');
  expect(error.message).toBe(message);
});

test('flags of the load need a scenario with one block', () => {
  const { message } = mistake(() => plan({ scenario: 'smoke', overrides: { vus: '5', rate: '9' } }));
  expect(message.split('\n')).toEqual([
    '--vus: it needs a scenario with one block; smoke has 3 (websocket, tcp, http)',
    '--rate: it needs a scenario with one block; smoke has 3 (websocket, tcp, http)',
  ]);
});

const positive = fc.integer({ min: 1, max: 5000 });
const stageList = fc.array(fc.record({ seconds: fc.integer({ min: 0, max: 900 }), target: fc.nat(5000) }), {
  minLength: 1,
});

test('stages join up, last as long as written over speed, and vus is the highest level', () => {
  fc.assert(
    fc.property(stageList, positive, fc.integer({ min: 1, max: 100 }), (written, start, speed) => {
      const { stages, vus } = executorPlan({ kind: 'ramping-vus', start, stages: written }, 2, speed);
      const total = stages.reduce((sum, { seconds }) => sum + seconds, 0);
      expect(total * speed).toBeCloseTo(
        written.reduce((sum, { seconds }) => sum + seconds, 0),
        6,
      );
      expect(stages.every(({ seconds }) => seconds > 0)).toBe(true);
      const lasting = written.filter(({ seconds }) => seconds > 0);
      expect(stages.map(({ to }) => to)).toEqual(lasting.map(({ target }) => target));
      if (stages.length > 0) expect(vus).toBe(Math.max(...stages.flatMap(({ from, to }) => [from, to])));
    }),
  );
});

test('speed divides warm-up, cool-down, start and stage times, not holds, thinks or time-outs', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), (speed) => {
      const text =
        'cooldown: 6s\nscenarios: { a: { startTime: 30s, duration: 60s, warmup: 12s, steps: [{ call: ping }, { think: 2s }, { hold: 30s }] } }';
      const made = planText(text, { speed: String(speed) });
      expect(made.speed).toBe(speed);
      const [{ startTime, phases, steps, timeout }] = made.scenarios;
      expect([startTime, phases.warmup, phases.measure, phases.cooldown].map((value) => value * speed)).toEqual([
        expect.closeTo(30),
        expect.closeTo(12),
        expect.closeTo(60),
        expect.closeTo(6),
      ]);
      expect(steps.slice(1)).toEqual([
        { type: 'think', milliseconds: 2000 },
        { type: 'hold', milliseconds: 30_000 },
      ]);
      expect(timeout).toBe(30_000);
    }),
    { numRuns: 10 },
  );
});
