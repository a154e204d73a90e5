import { expect, test } from 'vitest';
import { McpbError } from '../../src/errors.ts';
import type { LiveInterval } from '../../src/metrics/live.ts';
import { parseCheck } from '../../src/scenario/checks.ts';
import { barePlan } from '../contracts/executor.ts';
import { finished } from '../support/finished.ts';
import { startRun } from '../support/runs.ts';
import { servers } from '../support/servers/each.ts';
import { startHttpServer } from '../support/servers/http.ts';
import { serve } from '../support/servers/serve.ts';
import { answerAfter, type Exchange, reply } from '../support/servers/server.ts';
import { startTcpServer } from '../support/servers/tcp.ts';
import { startWebSocketServer } from '../support/servers/websocket.ts';
import { expectVerdict } from '../support/verdict.ts';

const millis = (micros: number | null) => Number(micros) / 1000;

test.each(servers)('a server with a known delay is measured as what it is: %s', async (_, start) => {
  const server = await serve(start, { answer: answerAfter(30) });
  const { metrics, thresholds } = await finished(
    startRun(barePlan({ target: server.url, vus: '4', duration: '1s' })).result,
  );
  expect(thresholds).toEqual([{ expression: 'error_rate<0.01', value: 0, passed: true }]);
  expect(millis(metrics.serviceTime.min)).toBeGreaterThan(28);
  expect(millis(metrics.serviceTime.p50)).toBeLessThan(40);
  expect(metrics.throughputPerSecond).toBeLessThan(4 / 0.029);
  // Each user begins its next request with the reply to the one before: in one second as many as fit, give or take one.
  const rate = 4000 / millis(metrics.responseTime.mean);
  expect(Math.abs(metrics.throughputPerSecond - rate)).toBeLessThan(4 + 0.1 * rate);
  expect(metrics.requests.completed).toBe(metrics.requests.sent);
});

/** Answers at once, except that what comes from 300 ms after its first request on waits for 700 ms. */
function freezing() {
  const held: Exchange[] = [];
  let first = 0;
  let thawed = false;
  const thaw = (): void => {
    thawed = true;
    for (const one of held) one.send(reply(one.id));
  };
  return (exchange: Exchange): void => {
    const now = performance.now();
    first ||= now;
    if (thawed || now - first < 300) exchange.send(reply(exchange.id));
    else if (held.push(exchange) === 1) setTimeout(thaw, first + 700 - now);
  };
}

test('a freeze is charged to all who arrive in it, which a closed loop hides', async () => {
  const one = await serve(startWebSocketServer, { answer: freezing() });
  const open = barePlan({ target: one.url, rate: '500', duration: '1s', vus: '4' });
  const { metrics: seen } = await finished(startRun(open).result);
  expect(seen.requests).toMatchObject({ planned: 500, completed: 500 });
  // A share of 0.4 waits, evenly up to 400 ms: a tenth of all waits longer than 300.
  expect(millis(seen.responseTime.p90)).toBeGreaterThan(250);
  expect(millis(seen.responseTime.p90)).toBeLessThan(350);
  expect(millis(seen.responseTime.p50)).toBeLessThan(50);

  const other = await serve(startWebSocketServer, { answer: freezing() });
  const closed = barePlan({ target: other.url, vus: '1', duration: '1s' });
  const { metrics: hidden, warnings } = await finished(startRun(closed).result);
  expect(millis(hidden.responseTime.max)).toBeGreaterThan(350);
  expect(millis(hidden.responseTime.p90)).toBeLessThan(50);
  expect(warnings.map(({ code }) => code)).toContain('closed_loop');
});

test('time-outs are counted, and censor the percentiles they reach', async () => {
  const result = await expectVerdict('thresholds-failed', async () => {
    const server = await serve(startWebSocketServer, {
      answer: (exchange) => {
        if (server.received.length % 4 !== 0) exchange.send(reply(exchange.id));
      },
    });
    const plan = barePlan({ target: server.url, rate: '200', duration: '1s', vus: '4' }, { timeout: 100 });
    return finished(startRun(plan).result);
  });
  if (result === undefined) return;
  const { metrics, thresholds } = result;
  expect(metrics.outcomes).toMatchObject({ ok: 150, timeout: 50 });
  expect(metrics.errorRate).toBe(0.25);
  expect(metrics.responseTime.count).toBe(200);
  expect(metrics.responseTime.bounds).toEqual({ p90: '>=', p95: '>=', max: '>=' });
  expect(millis(metrics.responseTime.p90)).toBeGreaterThanOrEqual(100);
  expect(millis(metrics.responseTime.p50)).toBeLessThan(100);
  expect(thresholds).toEqual([{ expression: 'error_rate<0.01', value: 0.25, passed: false }]);
});

test('a run in which every request failed is never a success', async () => {
  const error = { code: -32603, message: 'no' };
  const server = await serve(startWebSocketServer, {
    answer: ({ id, send }) => send(JSON.stringify({ jsonrpc: '2.0', id, error })),
  });
  const plan = barePlan({ target: server.url, vus: '1', requests: '5', thresholds: ['error_rate<=1'] });
  await expectVerdict('thresholds-failed', () => finished(startRun(plan).result));
});

test.each(servers)('a target that cannot be used ends the run before it starts: %s', async (_, start) => {
  const mistake = async (url: string, token?: string) => {
    const { result } = startRun(barePlan({ target: url, ...(token && { token }) }));
    const error = await result.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(McpbError);
    return error as McpbError;
  };
  const gone = await start();
  await gone.close();
  expect(await mistake(gone.url)).toMatchObject({ code: 'MCPB_E_UNREACHABLE', exitCode: 3 });
  const guarded = await serve(start, { token: 'right' });
  expect(await mistake(guarded.url, 'wrong')).toMatchObject({ code: 'MCPB_E_UNAUTHORIZED', exitCode: 3 });
  const other = await serve(start, { instead: (socket) => socket.end('220 mail.example.org ESMTP\r\n\r\n') });
  expect(await mistake(other.url)).toMatchObject({ code: 'MCPB_E_HANDSHAKE', exitCode: 3 });
});

test('two workers share a run', async () => {
  const server = await serve(startTcpServer, { answer: answerAfter(1) });
  const intervals: LiveInterval[] = [];
  const plan = barePlan({ target: server.url, rate: '400', requests: '501', vus: '4', workers: '2' });
  const { metrics, generator, timeline } = await finished(
    startRun(plan, (interval) => intervals.push(interval)).result,
  );
  expect(metrics.outcomes.ok).toBe(501);
  expect(server.received).toHaveLength(501);
  expect(server.connections.all, 'one more for the preflight').toBe(5);
  expect(generator.workers).toBe(2);
  expect(intervals.reduce((sum, { planned }) => sum + planned, 0)).toBe(501);
  expect(intervals[0]).toMatchObject({ second: 1, connections: 4 });
  const planned = timeline.columns.indexOf('planned');
  expect(timeline.rows.reduce((sum, row) => sum + Number(row[planned]), 0)).toBe(501);
});

test('checks are counted, thresholds are judged', async () => {
  const thresholds = [
    'checks:rate>0.8',
    'response_time:p(50)<1000',
    'throughput>1',
    'outcomes{class:timeout}:count<1',
    'connect_time:max<1000',
  ];
  const checks = [parseCheck('has tools', '$.result.tools[0]'), parseCheck('version', "$.jsonrpc == '2.0'")];
  const result = await expectVerdict('pass', async () => {
    const server = await serve(startWebSocketServer, {
      answer: ({ id, send }) => send(reply(id, { tools: server.received.length % 4 === 0 ? [] : ['x'] })),
    });
    const plain = barePlan({ target: server.url, vus: '1', requests: '40', thresholds });
    const scenarios = plain.scenarios.map((scenario) => ({
      ...scenario,
      operations: scenario.operations.map((operation) => ({ ...operation, checks })),
    }));
    return finished(startRun({ ...plain, scenarios }).result);
  });
  if (result === undefined) return;
  expect(result.checks).toEqual([
    { name: 'has tools', operation: 'tools/list', passed: 30, failed: 10 },
    { name: 'version', operation: 'tools/list', passed: 40, failed: 0 },
  ]);
  expect(result.thresholds.map(({ expression, passed }) => [expression, passed])).toEqual([
    ['checks:rate>0.8', true],
    ['response_time:p(50)<1000', true],
    ['throughput>1', true],
    ['outcomes{class:timeout}:count<1', true],
    ['connect_time:max<1000', true],
  ]);
  expect(result.thresholds[0].value).toBe(70 / 80);
});

test.each([
  ['http', startHttpServer, 8, 2],
  ['websocket', startWebSocketServer, 2, 2],
] as const)('connections are those that the target sees: %s', async (_, start, atLeast, clients) => {
  const server = await serve(start, { answer: answerAfter(100) });
  const { metrics } = await finished(
    startRun(barePlan({ target: server.url, rate: '100', duration: '2s', vus: '2', inFlight: '16' })).result,
  );
  expect(metrics.connections.opened).toBe(clients);
  expect(metrics.connections.peak).toBe(server.connections.most);
  expect(metrics.connections.peak).toBeGreaterThanOrEqual(atLeast);
  await expect.poll(() => server.connections.now).toBe(0);
});
