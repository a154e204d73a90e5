import { expect, test } from 'vitest';
import { barePlan } from '../contracts/executor.ts';
import { planText } from '../scenario/planning.ts';
import { finished } from '../support/finished.ts';
import { startRun } from '../support/runs.ts';
import { serve } from '../support/servers/serve.ts';
import { answerAfter, reply } from '../support/servers/server.ts';
import { startWebSocketServer } from '../support/servers/websocket.ts';
import { expectVerdict } from '../support/verdict.ts';

test('the first signal awaits what is under way and keeps the result', async () => {
  const server = await serve(startWebSocketServer, { answer: answerAfter(100) });
  const running = startRun(barePlan({ target: server.url, vus: '3', duration: '60s' }));
  await expect.poll(() => server.received.length).toBeGreaterThanOrEqual(6);
  running.stop();
  const { metrics, verdict, exitCode, window } = await finished(running.result);
  expect({ verdict, exitCode }).toEqual({ verdict: 'interrupted', exitCode: 105 });
  expect(metrics.outcomes).toMatchObject({ ok: server.received.length, unanswered: 0, cancelled: 0 });
  expect(window.seconds).toBeGreaterThan(0.1);
  expect(window.seconds).toBeLessThan(10);
});

test('a threshold ends the run: what is under way is awaited, and the result says when and why', async () => {
  const server = await serve(startWebSocketServer, { answer: answerAfter(300) });
  const expression = 'response_time:p(50)<100';
  const plan = planText(
    `executor: constant-arrival-rate\nrate: 60\nduration: 60s\nwarmup: 0\nsteps: [{ call: tools/list }]\nthresholds: { response_time: [{ threshold: 'p(50)<100', abortOnFail: true }] }`,
    { target: server.url },
  );
  let notes: string[] = [];
  const result = await expectVerdict('thresholds-failed', () => {
    notes = [];
    return finished(startRun(plan, (interval) => notes.push(...interval.notes)).result);
  });
  if (result === undefined) return;
  const { metrics, window, abortedBy, warnings, thresholds } = result;
  expect(abortedBy).toEqual({ expression, seconds: expect.any(Number) });
  expect(abortedBy?.seconds).toBeLessThan(10);
  expect(window.seconds).toBeGreaterThanOrEqual(Number(abortedBy?.seconds));
  expect(window.seconds).toBeLessThan(15);
  expect(thresholds).toMatchObject([{ expression, passed: false, aborted: true }]);
  expect(thresholds[0].value).toBeGreaterThan(290);
  expect(metrics.outcomes).toMatchObject({ unanswered: 0, cancelled: 0, ok: metrics.requests.planned });
  const sentence = /^aborted by threshold response_time:p\(50\)<100 after [0-9.]+s of 1m: it was \d{3}/;
  expect(warnings[0]).toMatchObject({ code: 'aborted', message: expect.stringMatching(sentence) });
  expect(notes.filter((note) => sentence.test(note))).toEqual([warnings[0].message]);
});

test('the threshold of one of several scenarios ends them all', async () => {
  const server = await serve(startWebSocketServer, {
    answer: ({ id, method, send }) => {
      const error = { code: -32603, message: 'no' };
      send(method === 'ping' ? JSON.stringify({ jsonrpc: '2.0', id, error }) : reply(id));
    },
  });
  const good = `executor: ramping-vus\n    stages: [{ duration: 30s, target: 3 }, { duration: 30s, target: 1 }]\n    steps: [{ call: tools/list }, { think: 20ms }]`;
  const bad = `startTime: 500ms\n    executor: ramping-arrival-rate\n    stages: [{ duration: 30s, target: 100 }]\n    steps: [{ call: ping }]\n    thresholds: [{ expression: error_rate<0.5, abortOnFail: true }]`;
  const plan = planText(`scenarios:\n  good:\n    ${good}\n  bad:\n    ${bad}\nthresholds: [error_rate<=1]`, {
    target: server.url,
  });
  const { abortedBy, thresholds, window, stages } = await finished(startRun(plan).result);
  expect(abortedBy?.expression).toBe('error_rate{scenario:bad}<0.5');
  expect(window.seconds).toBeLessThan(15);
  expect(thresholds.map(({ passed, aborted }) => [passed, aborted])).toEqual([
    [true, undefined],
    [false, true],
  ]);
  expect(stages.map(({ scenario, metrics: { requests } }) => [scenario, requests.planned > 0])).toEqual([
    ['good', true],
    ['good', false],
    ['bad', true],
  ]);
});

test('the second signal ends the run though nothing is answered', async () => {
  const server = await serve(startWebSocketServer, { answer: () => undefined });
  const running = startRun(barePlan({ target: server.url, vus: '3', duration: '60s' }));
  await expect.poll(() => server.received.length).toBe(3);
  running.stop();
  running.now();
  await expect(running.result).rejects.toMatchObject({ code: 'MCPB_E_INTERRUPTED', exitCode: 105 });
  await expect.poll(() => server.connections.now).toBe(0);
});

test('a signal while connecting ends the run', async () => {
  const connected = Promise.withResolvers<void>();
  const server = await serve(startWebSocketServer, { instead: () => connected.resolve() });
  const running = startRun(barePlan({ target: server.url, connectTimeout: '60s' }));
  await connected.promise;
  running.stop();
  await expect(running.result).rejects.toMatchObject({ code: 'MCPB_E_INTERRUPTED', exitCode: 105 });
});
