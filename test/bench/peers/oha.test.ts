import { expect, it } from 'vitest';
import { parseOha } from '../../../bench/peers/oha.ts';

/** Of `oha --no-tui --output-format json -c 8 -z 1s`, version 1.16.0, without the parts that are not read. */
const output = {
  summary: {
    successRate: 1.0,
    total: 1.003253364,
    slowest: 0.027546802,
    fastest: 0.000038893,
    average: 0.0006338446901648655,
    requestsPerSec: 12273.071231884749,
    totalData: 1637629,
    sizePerRequest: 133,
    sizePerSec: 1632318.4738406716,
  },
  latencyPercentiles: {
    p10: 0.000159389,
    p25: 0.000217879,
    p50: 0.000291006,
    p75: 0.000384011,
    p90: 0.001189594,
    p95: 0.003163841,
    p99: 0.005694773,
    'p99.9': 0.010085968,
    'p99.99': 0.027508,
  },
  statusCodeDistribution: { '200': 12313 },
  errorDistribution: {},
};

it('reads requests, rate and latency', () => {
  const { latency, ...report } = parseOha(JSON.stringify(output));
  expect(report).toEqual({ requests: 12313, requestsPerSecond: 12273.071231884749, errors: 0 });
  expect(latency?.p50).toBeCloseTo(291.006);
  expect(latency?.p99).toBeCloseTo(5694.773);
  expect(latency?.max).toBeCloseTo(27546.802);
});

it('counts other statuses and broken requests as errors', () => {
  const failed = {
    ...output,
    statusCodeDistribution: { '200': 10, '405': 3 },
    errorDistribution: { 'Connection refused (os error 111)': 6 },
  };
  expect(parseOha(JSON.stringify(failed))).toMatchObject({ requests: 13, errors: 9 });
});
