import { expect, it } from 'vitest';
import { Counters } from '../../src/gateway/counters.ts';
import { Rates } from '../../src/gateway/metrics/rates.ts';
import { transports } from '../../src/wire/mcp.ts';

const http = transports.indexOf('http');

/** A second at a time: each one `work` and a tick. */
const setUp = () => {
  const counters = new Counters(Counters.allocate());
  const clock = { millis: 5_000, cpuMicros: 0 };
  const rates = new Rates([counters], { now: () => clock.millis, cpuMicros: () => clock.cpuMicros });
  const seconds = (count: number, work: () => void): void => {
    for (let second = 0; second < count; second++) {
      work();
      clock.millis += 1_000;
      rates.tick();
    }
  };
  const serve = (requests: number, bytes: number): void => {
    for (let i = 0; i < requests; i++) {
      counters.received(0);
      counters.took(http, 'request', bytes);
      counters.answered(0, 1, 1);
      counters.sent(http, 'response', bytes);
    }
  };
  return { counters, clock, rates, seconds, serve };
};

it('is of the last 10 s only', () => {
  const { rates, seconds, serve, clock } = setUp();
  seconds(7, () => {
    serve(20, 50);
    clock.cpuMicros += 250_000;
  });
  expect(rates.read()).toMatchObject({
    requestsPerSecond: 20,
    messagesPerSecond: 40,
    bytesPerSecond: 2_000,
    cpuPercent: 25,
  });
  seconds(5, () => {});
  expect(rates.read().requestsPerSecond).toBe(10);
  seconds(5, () => {});
  expect(rates.read()).toMatchObject({ requestsPerSecond: 0, messagesPerSecond: 0, bytesPerSecond: 0, cpuPercent: 0 });
});

it('counts up to now between two ticks', () => {
  const { rates, seconds, serve, clock } = setUp();
  seconds(10, () => serve(10, 1));
  serve(100, 1);
  clock.millis += 500;
  expect(rates.read().requestsPerSecond).toBeCloseTo(200 / 10.5);
});

it('shows errors and time-outs as shares of replies, and nothing where there are none', () => {
  const { counters, rates, seconds, serve } = setUp();
  expect(rates.read()).toMatchObject({ errorRate: 0, timeoutRate: 0 });
  seconds(1, () => {
    serve(6, 1);
    counters.failed('http', 0, 'timeout', 1, 1);
    counters.failed('http', 0, 'backend_error', 1, 1);
    counters.error('http', 'invalid_message');
    counters.error('http', 'invalid_message');
  });
  expect(rates.read()).toMatchObject({ errorRate: 0.4, timeoutRate: 0.1 });
  seconds(11, () => {});
  expect(rates.read()).toMatchObject({ errorRate: 0, timeoutRate: 0 });
});
