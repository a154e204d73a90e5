import { describe, expect, test } from 'vitest';
import { LiveThresholds } from '../../src/loadgen/live-thresholds.ts';
import { Collector } from '../../src/metrics/collector.ts';
import { Recorder } from '../../src/metrics/recorder.ts';
import { seriesLayout } from '../../src/metrics/series.ts';
import type { Plan } from '../../src/scenario/plan.ts';
import { Outcome } from '../../src/wire/outcome.ts';
import { planText } from '../scenario/planning.ts';
import { intervalOf, rowOf } from '../support/measured.ts';

/** A run whose seconds are made one by one: `second(n, work)` is what is broken after it. */
function runOf(plan: Plan) {
  const layout = seriesLayout(plan);
  const recorder = new Recorder(layout);
  const collector = new Collector(layout);
  const live = new LiveThresholds(plan, collector);
  let sequence = 0;
  return (work: (recorder: Recorder) => void = () => undefined) => {
    work(recorder);
    collector.add(intervalOf(recorder.swap(), { sequence: sequence++, to: sequence * 1000 }));
    return live.brokenAt(sequence);
  };
}

const steady = (thresholds: string, more = 'warmup: 2s') =>
  planText(`executor: constant-vus\nduration: 10s\n${more}\nsteps: [{ call: ping }]\nthresholds: ${thresholds}`);

const answered = (row: number, count: number, millis: number) => (recorder: Recorder) => {
  for (let i = 0; i < count; i++) {
    recorder.planned(row);
    recorder.ok(row, 0, 0, 0, millis);
    recorder.delivered(row);
  }
};

const aborting = (expression: string, delay = '0s') =>
  `[{ expression: '${expression}', abortOnFail: true, delay: ${delay} }]`;

describe('a threshold that ends a run', () => {
  test('is broken at the first second of measured load at which it does not hold', () => {
    const plan = steady(aborting('response_time:max<50'));
    const [outside, inside] = [rowOf(plan, 0, -1, 0), rowOf(plan, 0, 0, 0)];
    const second = runOf(plan);
    expect(second(answered(outside, 5, 900)), 'warm-up').toBeUndefined();
    expect(second(answered(outside, 5, 900)), 'warm-up').toBeUndefined();
    expect(second(answered(inside, 5, 20))).toBeUndefined();
    expect(second(answered(inside, 5, 80))).toEqual({
      seconds: 2,
      result: { expression: 'response_time:max<50', value: 80, passed: false, aborted: true },
    });
  });

  test('does not count before its delay, which a speed divides', () => {
    for (const [speed, seconds] of [
      ['1', 3],
      ['2', 2],
    ] as const) {
      const text = `duration: 10s\nwarmup: 0\nsteps: [{ call: ping }]\nthresholds: ${aborting('error_rate<0.5', speed === '1' ? '3s' : '4s')}`;
      const plan = planText(text, { speed });
      const row = rowOf(plan, 0, 0, 0);
      const failing = (recorder: Recorder) => {
        recorder.planned(row);
        recorder.failed(row, Outcome.rpcError, 0, 0, 0, 1);
      };
      const second = runOf(plan);
      for (let n = 1; n < seconds; n++) expect(second(failing)).toBeUndefined();
      expect(second(failing)).toMatchObject({ seconds, result: { value: 1 } });
    }
  });

  test('does not take what is under way for errors', () => {
    const plan = steady(aborting('error_rate<0.01'), 'warmup: 0');
    const row = rowOf(plan, 0, 0, 0);
    const second = runOf(plan);
    expect(second((recorder) => recorder.planned(row))).toBeUndefined();
    expect(second(answered(row, 1, 1))).toBeUndefined();
  });

  test('waits until a percentile has its samples', () => {
    const plan = steady(aborting('response_time:p(90)<50'), 'warmup: 0');
    const second = runOf(plan);
    expect(second(answered(rowOf(plan, 0, 0, 0), 99, 80))).toBeUndefined();
    expect(second(answered(rowOf(plan, 0, 0, 0), 1, 80))).toMatchObject({ seconds: 2 });
  });

  test('is the only kind that does', () => {
    const plan = steady("['response_time:max<50', { expression: 'error_rate<0.1', abortOnFail: false }]", 'warmup: 0');
    const second = runOf(plan);
    expect(second(answered(rowOf(plan, 0, 0, 0), 5, 80))).toBeUndefined();
  });

  test('looks at each stage of a ramp by itself', () => {
    const stages = 'stages: [{ duration: 2s, target: 10 }, { duration: 2s, target: 20 }]';
    const plan = planText(
      `executor: ramping-vus\n${stages}\nsteps: [{ call: ping }]\nthresholds: ${aborting('response_time:avg<50')}`,
    );
    const second = runOf(plan);
    expect(second(answered(rowOf(plan, 0, 0, 0), 1000, 1))).toBeUndefined();
    expect(second()).toBeUndefined();
    const broken = second(answered(rowOf(plan, 0, 1, 0), 10, 80));
    expect(broken?.result, 'the mean of all is below').toMatchObject({ value: 80, passed: false });
    expect(broken?.result.stages?.map(({ stage, passed }) => [stage, passed])).toEqual([
      [0, true],
      [1, false],
    ]);
  });

  test('counts the measured load of what it selects', () => {
    const blocks = ['a: { steps: [{ call: ping }] }', 'b: { startTime: 3s, steps: [{ call: ping }] }'];
    const threshold = aborting('requests{scenario:b}:rate>10', '2s');
    const plan = planText(`warmup: 0\nthresholds: ${threshold}\nscenarios:\n  ${blocks.join('\n  ')}`);
    const second = runOf(plan);
    const some = answered(rowOf(plan, 1, 0, 0), 4, 1);
    for (let n = 0; n < 3; n++) expect(second(answered(rowOf(plan, 0, 0, 0), 100, 1))).toBeUndefined();
    expect(second(some)).toBeUndefined();
    expect(second(some)).toMatchObject({ result: { value: 4 }, seconds: 5 });
  });
});
