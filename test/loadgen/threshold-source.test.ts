import { describe, expect, it } from 'vitest';
import { thresholdSource } from '../../src/loadgen/threshold-source.ts';
import type { Recorder } from '../../src/metrics/recorder.ts';
import { evaluate } from '../../src/scenario/threshold-results.ts';
import { parseThreshold } from '../../src/scenario/thresholds.ts';
import { Outcome } from '../../src/wire/outcome.ts';
import { collected, measuredOperation, measuredScenario, rowOf } from '../support/measured.ts';

const plan = {
  scenarios: [
    measuredScenario([10, 20], {
      operations: [measuredOperation('list', ['a', 'b']), measuredOperation('call', ['c'])],
    }),
  ],
};
const [list0, call0, list1] = [rowOf(plan, 0, 0, 0), rowOf(plan, 0, 0, 1), rowOf(plan, 0, 1, 0)];
const outside = rowOf(plan, 0, -1, 0);

function load(recorder: Recorder): void {
  const ok = (row: number, millis: number) => {
    recorder.planned(row);
    recorder.ok(row, 0, 1, 3, millis);
    recorder.delivered(row);
  };
  for (let millis = 11; millis <= 20; millis++) ok(list0, millis);
  for (let i = 0; i < 30; i++) ok(list1, 100);
  ok(outside, 9999);
  recorder.planned(call0);
  recorder.failed(call0, Outcome.rpcError, 0, 1, 3, 50);
  for (const [check, passed] of [
    [0, true],
    [0, true],
    [0, false],
    [2, false],
  ] as const)
    recorder.check(check, passed);
  recorder.run('connect', 4);
  recorder.run('connect', 8);
}

function value(expression: string, record = load): number | undefined {
  const collector = collected(plan, record);
  const source = thresholdSource(collector, ({ stage }) => (stage === undefined ? 30 : [10, 20, 0][Number(stage)]));
  const [result] = evaluate([parseThreshold(expression)], source);
  return result.value ?? undefined;
}

describe('thresholdSource', () => {
  it.each([
    ['response_time{stage:0}:min<1', 11],
    ['response_time{stage:0}:max<1', 20],
    ['response_time{stage:0}:avg<1', 15.5],
    ['response_time:med<1', 100],
    ['response_time{stage:0}:p(100)<1', 20],
    ['target_time{stage:0}:min<1', 10],
    ['service_time{stage:0}:min<1', 8],
    ['generator_lag:max<1', 1],
    ['response_time{operation:list,stage:1}:max<1', 100],
    ['http_req_duration:max<1', 100],
    ['connect_time:avg<1', 6],
    ['throughput>1', 40 / 30],
    ['throughput{stage:0}>1', 1],
    ['throughput{stage:1}>1', 1.5],
    ['throughput{operation:list,stage:0}>1', 1],
    ['throughput{operation:call}>1', 0],
    ['requests:count>1', 41],
    ['requests:rate>1', 41 / 30],
    ['requests{stage:0}:rate>1', 1.1],
    ['error_rate<1', 1 / 41],
    ['error_rate{operation:call}<1', 1],
    ['error_rate{stage:1}<1', 0],
    ['outcomes{class:rpc_error}:count<1', 1],
    ['outcomes{class:rpc_error}:rate<1', 1 / 41],
    ['outcomes{class:timeout}:count<1', 0],
    ['outcomes{class:timeout,operation:none}:count<1', 0],
    ['checks>1', 0.5],
    ['checks{operation:list}>1', 2 / 3],
    ['checks{operation:call}>1', 0],
    ['response_time{scenario:one,stage:0}:max<1', 20],
    ['requests{scenario:one}:count>1', 41],
    ['checks{scenario:one,operation:list}>1', 2 / 3],
  ])('%s is %f', (expression, expected) => {
    expect(value(expression)).toBeCloseTo(expected, 9);
  });

  it.each([
    'response_time{operation:call}:p(50)<1',
    'response_time{stage:0}:med<1',
    'response_time:p(90)<1',
    'response_time{stage:2}:avg<1',
    'initialize_time:avg<1',
    'throughput{stage:2}>1',
    'requests{stage:2}:rate>1',
    'error_rate{operation:none}<1',
    'outcomes{class:ok,operation:none}:rate<1',
    'checks{operation:none}>1',
    'response_time{scenario:other}:max<1',
    'checks{scenario:other}>1',
  ])('%s has no data', (expression) => {
    expect(value(expression)).toBeUndefined();
  });

  it.each([
    ['response_time{stage:0}:med<1', 'n=10 < 20'],
    ['response_time:p(99.9)<1', 'n=40 < 10 000'],
    ['initialize_time:avg<1', 'no samples'],
    ['error_rate{operation:none}<1', 'no samples'],
  ])('says why %s has no data: %s', (expression, reason) => {
    const source = thresholdSource(collected(plan, load), () => 30);
    expect(evaluate([parseThreshold(expression)], source)).toEqual([
      { expression, value: null, passed: false, noData: true, reason },
    ]);
  });

  it('says how much of a percentile is the generator’s own lateness, where that is more than 10 %', () => {
    const late = (lag: number) => (recorder: Recorder) => {
      for (let i = 0; i < 20; i++) recorder.ok(list0, 0, lag, lag, 10);
    };
    const share = (lag: number, expression: string) =>
      evaluate(
        [parseThreshold(expression)],
        thresholdSource(collected(plan, late(lag)), () => 30),
      )[0].generatorShare;
    expect(share(4, 'response_time:p(50)<1000')).toBeCloseTo(0.4, 2);
    expect(share(4, 'response_time:max<1000')).toBeUndefined();
    expect(share(4, 'target_time:p(50)<1000')).toBeUndefined();
    expect(share(0.5, 'response_time:p(50)<1000')).toBeUndefined();
  });

  it.each([
    ['max<60000', null, 30_000],
    ['max<=60000', null, 30_000],
    ['p(100)<60000', null, 30_000],
    ['avg<60000', null, 759.75],
    ['p(95)<60000', 10, undefined],
    ['min<60000', 10, undefined],
    ['max>5', 30_000, undefined],
    ['avg>5', 759.75, undefined],
  ])('knows only from below what requests that were given up are part of: %s', (limit, value, atLeast) => {
    const source = thresholdSource(
      collected(plan, (recorder) => {
        for (let i = 0; i < 1950; i++) recorder.ok(list0, 0, 0, 0, 10);
        for (let i = 0; i < 50; i++) recorder.failed(list0, Outcome.timeout, 0, 0, 0, 30_000);
      }),
      () => 30,
    );
    const [judged] = evaluate([parseThreshold(`response_time:${limit}`)], source);
    expect(judged.passed).toBe(atLeast === undefined);
    if (atLeast === undefined) expect(judged.value! / value!).toBeCloseTo(1, 2);
    else expect(judged).toMatchObject({ value: null, atLeast: expect.closeTo(atLeast, 3) });
  });

  it('judges a threshold in each of its parts, and a part with too few samples not at all', () => {
    const parts = [0, 1].map((stage) => ({ scenario: 'one', stage }));
    const judged = (expression: string) =>
      evaluate(
        [{ ...parseThreshold(expression), parts }],
        thresholdSource(collected(plan, load), () => 30),
      )[0];
    expect(judged('response_time:max<50')).toEqual({
      expression: 'response_time:max<50',
      value: 100,
      passed: false,
      stages: [
        { scenario: 'one', stage: 0, value: 20, passed: true },
        { scenario: 'one', stage: 1, value: 100, passed: false },
      ],
    });
    expect(judged('response_time:max>5'), 'the worst is the smallest').toMatchObject({ value: 20, passed: true });
    expect(judged('response_time:med<200')).toMatchObject({
      passed: true,
      stages: [{ value: null, passed: null, notGatedReason: 'n=10 < 20' }, { passed: true }],
    });
    expect(judged('response_time:p(90)<200')).toMatchObject({
      passed: false,
      noData: true,
      reason: 'no stage has enough samples (n=10 < 100)',
    });
  });

  it('lets no short time-out make a percentile pass: what was given up is only known from below', () => {
    const quarterLost = (recorder: Recorder) => {
      for (let i = 0; i < 75; i++) recorder.ok(list0, 0, 0, 0, 10);
      for (let i = 0; i < 25; i++) recorder.failed(list0, Outcome.timeout, 0, 0, 0, 30);
    };
    const judged = (expression: string) => {
      const collector = collected(plan, quarterLost);
      return evaluate(
        [parseThreshold(expression)],
        thresholdSource(collector, () => 30),
      )[0];
    };
    expect(judged('response_time:p(50)<1000')).toMatchObject({ passed: true, value: expect.closeTo(10, 1) });
    expect(judged('response_time:p(90)<1000')).toMatchObject({ passed: false, value: null });
    expect(judged('response_time:p(90)<1000').atLeast, 'what is known of it').toBeCloseTo(30, 1);
    expect(judged('response_time:p(90)>20')).toMatchObject({ passed: true });
  });

  it.each([
    'requests:count<1',
    'error_rate<1',
    'throughput<1',
    'outcomes{class:ok}:count<1',
    'checks>0',
    'response_time:avg<1',
  ])('%s has no data where nothing was planned', (expression) => {
    expect(value(expression, () => undefined)).toBeUndefined();
  });
});
