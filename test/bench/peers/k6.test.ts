import { expect, it } from 'vitest';
import { parseK6 } from '../../../bench/peers/k6.ts';

/** What `k6-script.js` printed under k6 1.8.1, eight VUs for a second, without metrics that are not read. */
const http =
  '{"http_req_receiving":{"p(99)":6.86253061999998,"max":33.469813,"med":0.019191},"vus":{"min":8,"max":8,"value":8},"http_req_failed":{"fails":1622,"rate":0,"passes":0},"iterations":{"count":1622,"rate":1619.6657021574053},"http_reqs":{"count":1622,"rate":1619.6657021574053},"http_req_duration":{"max":99.567168,"med":1.345962,"p(99)":39.63222134}}';
const websocket =
  '{"ws_connecting":{"p(99)":20.447077739999997,"max":21.186279,"med":9.9570905},"ws_msgs_received":{"count":3396,"rate":3359.192657571649},"iteration_duration":{"med":1009.379156,"p(99)":1010.40847648,"max":1010.45757},"ws_msgs_sent":{"count":3412,"rate":3375.0192425307614},"iterations":{"count":8,"rate":7.913292479556299}}';

it('reads requests over HTTP with their latency', () => {
  const { latency, ...report } = parseK6(http);
  expect(report).toEqual({ requests: 1622, requestsPerSecond: 1619.6657021574053, errors: 0, dropped: 0 });
  expect(latency?.p50).toBeCloseTo(1345.962);
  expect(latency?.p99).toBeCloseTo(39632.22134);
  expect(latency?.max).toBeCloseTo(99567.168);
});

it('reads messages of WebSockets, which k6 does not time', () => {
  expect(parseK6(websocket)).toEqual({
    requests: 3396,
    requestsPerSecond: 3359.192657571649,
    errors: 0,
    dropped: 0,
    latency: null,
  });
});

it('counts failed requests, failed sockets and dropped iterations', () => {
  const metrics = {
    ...JSON.parse(http),
    http_req_failed: { rate: 0.25, passes: 25, fails: 75 },
    failures: { count: 3, rate: 1 },
    dropped_iterations: { count: 32, rate: 15.991045941753283 },
  };
  expect(parseK6(JSON.stringify(metrics))).toMatchObject({ errors: 28, dropped: 32 });
});
