import { expect, it } from 'vitest';
import { barePlan } from '../contracts/executor.ts';
import { outcomesOf, startEngine } from '../support/engine.ts';
import { startRun } from '../support/runs.ts';
import { serve } from '../support/servers/serve.ts';
import { type Exchange, reply } from '../support/servers/server.ts';
import { startWebSocketServer } from '../support/servers/websocket.ts';

/** Answers so many requests at once and keeps the others until they are let go. */
async function keeping(answered: number) {
  const held: Exchange[] = [];
  const server = await serve(startWebSocketServer, {
    answer: (exchange) => {
      if (server.received.length <= answered) exchange.send(reply(exchange.id));
      else held.push(exchange);
    },
  });
  const letGo = (): void => {
    for (const { id, send } of held.splice(0)) send(reply(id));
  };
  return { server, held, letGo };
}

it('replies behind a stop are outcomes with their times, and do not count in throughput', async () => {
  const { server, held, letGo } = await keeping(10);
  const { engine, done } = startEngine(barePlan({ target: server.url, vus: '4', duration: '60s' }));
  await expect.poll(() => held.length).toBe(4);
  engine.stop(5000);
  letGo();
  const metrics = await done;
  expect(outcomesOf(metrics)).toEqual({ ok: 14 });
  expect(metrics.requests).toMatchObject({ planned: 14, completed: 14 });
  expect(metrics.responseTime.count).toBe(14);
  expect(metrics.throughputPerSecond, 'of one second').toBe(10);
});

it('what was due before a stop is sent, however late, and counts', async () => {
  const server = await serve(startWebSocketServer, { answer: ({ id, send }) => send(reply(id)) });
  const plan = barePlan({ target: server.url, vus: '2', rate: '1000', duration: '60s' });
  const { engine, done } = startEngine(plan);
  await expect.poll(() => server.received.length).toBeGreaterThan(20);
  const before = server.received.length;
  const from = performance.now();
  while (performance.now() < from + 200);
  engine.stop(5000);
  const metrics = await done;
  expect(metrics.requests.planned - before).toBeGreaterThanOrEqual(200);
  expect(outcomesOf(metrics)).toEqual({ ok: metrics.requests.planned });
  expect(metrics.generatorLag.max).toBeGreaterThan(150_000);
});

it('the rate of an interrupted run is that of its window, however long replies take', async () => {
  const { server, held, letGo } = await keeping(100);
  const plan = barePlan({ target: server.url, vus: '20', duration: '60s', workers: '2' });
  const { result, stop } = startRun(plan, ({ phase }) => {
    if (phase === 'draining') letGo();
  });
  await expect.poll(() => held.length).toBe(20);
  stop();
  const { metrics, window, stages, timeline } = await result;
  expect(metrics.outcomes.ok).toBe(120);
  expect(metrics.throughputPerSecond * window.seconds).toBeCloseTo(100, 6);
  expect(stages[0].metrics.throughputPerSecond).toBeCloseTo(metrics.throughputPerSecond, 6);
  expect(window.seconds).toBeLessThan(Number(timeline.rows.at(-1)?.[0]));
});
