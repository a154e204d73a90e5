import { expect, test } from 'vitest';
import { z } from 'zod';
import { resultJsonSchema, resultSchema } from '../../src/results/result-schema.ts';
import { planText } from '../scenario/planning.ts';
import { validatorOf } from '../support/json-schema.ts';
import { syntheticRun } from '../support/results.ts';
import { startRun } from '../support/runs.ts';
import { startHttpServer } from '../support/servers/http.ts';
import { serve } from '../support/servers/serve.ts';
import { answerAfter, type Exchange, reply, rpcError } from '../support/servers/server.ts';
import { startWebSocketServer } from '../support/servers/websocket.ts';

/** What is published takes keys that it does not know; here they are faults, too. */
const faultsOf = validatorOf({ ...z.toJSONSchema(resultSchema, { io: 'output' }) });

const steady = 'warmup: 0\ncooldown: 0\n';

/** Some requests are answered well, some with an error of each kind, some never. */
function moody(exchange: Exchange): void {
  const { id } = exchange;
  const answers = [reply(id, { tools: [] }), rpcError(id, -32000), reply(id, { content: [], isError: true })];
  const answer = answers[id % 4];
  if (answer !== undefined) exchange.send(answer);
}

const moodyLoad = `
vus: 4
timeout: 100ms
gracefulStop: 200ms
tags: { a: b }
thresholds: ['response_time:p(50)<1000', 'response_time{operation:tools/list}:p(99.9)<1']
steps:
  - { call: tools/list, checks: { 'has tools': $.result.tools } }
  - { call: tools/call, name: echo, arguments: { m: '{{vu}}' } }
`;

test.each([
  [
    'open, with failures of all kinds',
    startWebSocketServer,
    `executor: ramping-arrival-rate\nstages: [{ duration: 200ms, target: 300 }, { duration: 100ms, target: 0 }]${moodyLoad}`,
  ],
  ['closed', startHttpServer, `executor: constant-vus\nduration: 200ms${moodyLoad}`],
  [
    'sessions',
    startHttpServer,
    'executor: session-arrival\nsessions: { rate: 40/s, calls: 2 }\nduration: 300ms\nsteps: [{ call: tools/list }]',
  ],
  ['connections', startWebSocketServer, 'executor: connection-arrival\nrate: 40/s\nduration: 300ms'],
])('the result of a run has this schema: %s', async (_, start, scenario) => {
  const server = await serve(start, { answer: scenario.includes(moodyLoad) ? moody : answerAfter(1) });
  const result = await startRun(planText(steady + scenario, { target: server.url })).result;
  expect(result.metrics.requests.sent).toBeGreaterThan(5);
  expect(faultsOf(JSON.parse(JSON.stringify(result)))).toBeUndefined();
});

test('and so has the result of one with arguments from a schema, which says what they were', async () => {
  const inputSchema = { type: 'object', properties: { a: { type: 'integer' } } };
  const tools = [{ name: 'echo', inputSchema }];
  const server = await serve(startWebSocketServer, { answer: ({ id, send }) => send(reply(id, { tools })) });
  const scenario = `${steady}duration: 100ms\nsteps: [{ call: tools/call, name: echo, arguments: fromSchema }]`;
  const result = await startRun(planText(scenario, { target: server.url })).result;
  expect(result.target.arguments).toEqual({ echo: expect.stringMatching(/^[0-9a-f]{64}$/) });
  expect(faultsOf(JSON.parse(JSON.stringify(result)))).toBeUndefined();
});

test('what is missing or of another type is a fault', () => {
  const result = syntheticRun();
  const faults = validatorOf(resultJsonSchema());
  expect(faults(result)).toBeUndefined();
  expect(faults({ ...result, rps: '7' })).toContain('/rps');
  expect(faults({ ...result, metrics: { ...result.metrics, outcomes: {} } })).toContain('/metrics/outcomes');
  expect(faults({ ...result, window: undefined })).toContain('window');
});

test('a cross-check has this schema, too', () => {
  const figures = {
    ...{ seconds: 2.01, connections: 4, requests: { completed: 9, errors: 1, timeouts: 1, non2xx: 0 } },
    ...{ throughputPerSecond: 4.5, latency: { p50: 0, p90: 1000, p99: 2000, max: 3000 } },
  };
  const driver = { driver: 'autocannon', version: '9.0.0' } as const;
  for (const crossCheck of [
    { ...driver, figures },
    { ...driver, failure: 'nothing listens there' },
  ])
    expect(faultsOf(syntheticRun({ changes: { crossCheck } }))).toBeUndefined();
});

test('readers take keys that are not in it, as later versions may have them', () => {
  const later = { ...syntheticRun(), later: true };
  expect(validatorOf(resultJsonSchema())(later)).toBeUndefined();
  expect(faultsOf(later)).toContain('additional properties');
});
