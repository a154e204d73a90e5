import { expect, test } from 'vitest';
import { outcomeClasses } from '../../src/results/result.ts';
import { evaluate, type MetricSource } from '../../src/scenario/threshold-results.ts';
import { parseThreshold } from '../../src/scenario/thresholds.ts';
import { mistake } from './planning.ts';

test.each([
  ['response_time:p(99)<250', 'response_time', {}, 'p(99)', '<', 250],
  ['response_time:p(99.9) <= 250.5', 'response_time', {}, 'p(99.9)', '<=', 250.5],
  ['  target_time : med < 5 ', 'target_time', {}, 'med', '<', 5],
  ['service_time:avg<1e3', 'service_time', {}, 'avg', '<', 1000],
  ['connect_time:max<100', 'connect_time', {}, 'max', '<', 100],
  ['initialize_time:min>0', 'initialize_time', {}, 'min', '>', 0],
  ['generator_lag:p(50)<1', 'generator_lag', {}, 'p(50)', '<', 1],
  ['throughput>500', 'throughput', {}, 'value', '>', 500],
  ['requests>=100', 'requests', {}, 'count', '>=', 100],
  ['requests:rate>10', 'requests', {}, 'rate', '>', 10],
  ['error_rate<0.01', 'error_rate', {}, 'rate', '<', 0.01],
  ['checks:rate>0.99', 'checks', {}, 'rate', '>', 0.99],
  ['outcomes{class:timeout}==0', 'outcomes', { class: 'timeout' }, 'count', '==', 0],
  [
    'response_time{operation:tools/call echo}:p(95)<9',
    'response_time',
    { operation: 'tools/call echo' },
    'p(95)',
    '<',
    9,
  ],
  [
    'response_time{operation:ping, stage:2}:p(95)<9',
    'response_time',
    { operation: 'ping', stage: '2' },
    'p(95)',
    '<',
    9,
  ],
  ['http_req_duration:p(95)<500', 'response_time', {}, 'p(95)', '<', 500],
  ['iteration_duration:p( 95 )<500', 'response_time', {}, 'p(95)', '<', 500],
  ['ws_connecting:avg<100', 'connect_time', {}, 'avg', '<', 100],
  ['http_req_failed:rate<0.1', 'error_rate', {}, 'rate', '<', 0.1],
  ['http_reqs:count>100', 'requests', {}, 'count', '>', 100],
  ['errors:rate<0.1', 'error_rate', {}, 'rate', '<', 0.1],
  ['errors===0', 'error_rate', {}, 'rate', '==', 0],
  ['checks!=1', 'checks', {}, 'rate', '!=', 1],
])('%s', (expression, metric, selector, aggregation, operator, bound) => {
  expect(parseThreshold(expression)).toEqual({
    expression: expression.trim(),
    metric,
    selector,
    aggregation,
    operator,
    bound,
  });
});

test.each([
  ['response_tim:p(99)<1', 'there is no metric "response_tim" — did you mean "response_time"?'],
  ['p(95)<500', 'it is not written metric{selector}:aggregation operator number'],
  ['response_time:p(99)<250ms', 'it is not written metric{selector}:aggregation operator number'],
  ['response_time:p(99)=250', 'it is not written'],
  ['response_time<250', 'response_time needs one of avg, min, max, med, p(N)'],
  ['response_time:p(101)<1', 'p(101) is above p(100)'],
  ['response_time:count<1', 'response_time has avg, min, max, med, p(N), not count'],
  ['error_rate:p(99)<1', 'error_rate has rate, not p(99)'],
  ['throughput:rate>1', 'throughput has value, not rate'],
  ['outcomes==0', 'outcomes needs a class'],
  ['outcomes{class:timout}==0', '"timout" is not an outcome class'],
  ['connect_time{stage:1}:avg<1', 'the metric takes no selector, not by "stage"'],
  ['error_rate{method:x}<1', 'the metric can be selected by scenario, operation, stage, not by "method"'],
  ['error_rate{stage:two}<1', 'a stage is selected by its number, from 0'],
  ['error_rate{operation:}<1', 'the selector "operation" has no value'],
])('refuses %s', (expression, reason) => {
  const error = mistake(() => parseThreshold(expression));
  expect(error.code).toBe('MCPB_E_USAGE');
  expect(error.message).toContain(`threshold "${expression}": ${reason}`);
});

test.each([
  ['response_time:p99<250', 'response_time:p(99)<250'],
  ['response_time:p(99)<250ms', 'response_time:p(99)<250'],
  ['response_time:p(99)<0.25s', 'response_time:p(99)<250'],
  ['error_rate<1%', 'error_rate<0.01'],
  ['checks=1', 'checks==1'],
])('suggests what %s was meant to be', (expression, meant) => {
  expect(mistake(() => parseThreshold(expression)).message).toContain(` — did you mean "${meant}"?`);
});

test.each(outcomeClasses)('the outcome class %s can be selected', (name) => {
  expect(parseThreshold(`outcomes{class:${name}}:count<1`).selector).toEqual({ class: name });
});

test.each([
  ['<', [true, false, false]],
  ['<=', [true, true, false]],
  ['>', [false, false, true]],
  ['>=', [false, true, true]],
  ['==', [false, true, false]],
  ['!=', [true, false, true]],
])('evaluates %s below, at and above its bound', (operator, passed) => {
  const threshold = parseThreshold(`throughput${operator}5`);
  expect([4, 5, 6].map((value) => evaluate([threshold], { measure: () => ({ value }) })[0].passed)).toEqual(passed);
});

test('without samples a threshold fails as no data', () => {
  const thresholds = [parseThreshold('error_rate<0.01'), parseThreshold('throughput>1')];
  const source: MetricSource = {
    measure: ({ metric }) => (metric === 'throughput' ? { value: 7 } : { missing: 'no samples' }),
  };
  expect(evaluate(thresholds, source)).toEqual([
    { expression: 'error_rate<0.01', value: null, passed: false, noData: true, reason: 'no samples' },
    { expression: 'throughput>1', value: 7, passed: true },
  ]);
});
