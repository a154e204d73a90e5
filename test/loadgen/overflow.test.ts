import { expect, it } from 'vitest';
import { now } from '../../src/loadgen/clock.ts';
import { Engine } from '../../src/loadgen/engine.ts';
import { survey } from '../../src/loadgen/survey.ts';
import { Collector } from '../../src/metrics/collector.ts';
import { barePlan, blockPlan } from '../contracts/executor.ts';
import { outcomesOf, runHere } from '../support/engine.ts';
import { startRun } from '../support/runs.ts';
import { serve } from '../support/servers/serve.ts';
import { answerAfter } from '../support/servers/server.ts';
import { startWebSocketServer } from '../support/servers/websocket.ts';

it('what our own queue has no room for is counted as ours', async () => {
  const server = await serve(startWebSocketServer);
  const plan = barePlan({ target: server.url, rate: '100', duration: '300ms' });
  const done = Promise.withResolvers<void>();
  const engine = new Engine(
    { plan, worker: 0, workers: 1 },
    {
      connecting: () => undefined,
      ready: () => {
        while (engine.table.begin(0, now()) >= 0);
        engine.start(Number(process.hrtime.bigint()) / 1e6);
      },
      stopped: () => undefined,
      unreachable: ({ message }) => done.reject(new Error(message)),
      interval: (interval) => collector.add(interval),
      done: done.resolve,
    },
  );
  const collector = new Collector(engine.layout);
  engine.prepare(await survey(plan));
  await done.promise;
  expect(collector.counters.overflowed).toBe(30);
});

it('what maxVUs has no user for is not', async () => {
  const server = await serve(startWebSocketServer, { answer: answerAfter(100) });
  const text = 'executor: constant-arrival-rate\nrate: 100\nduration: 1s\nvus: 1\nmaxVUs: 1';
  const { certificate, invalidReasons, metrics } = await startRun(blockPlan(text, { target: server.url })).result;
  const entryOf = (wanted: string) => certificate.find(({ rule }) => rule === wanted);
  const { dropped } = metrics.requests;
  expect(dropped).toBeGreaterThan(50);
  expect(entryOf('released')).toMatchObject({ value: 1, verdict: 'pass' });
  expect(entryOf('refused_arrivals')).toMatchObject({ value: dropped, verdict: 'warn' });
  expect(invalidReasons.map(({ code }) => code)).not.toContain('released');
});

it('a target that never answers does not fill it: there is room until the sweep that ends what is over', async () => {
  const server = await serve(startWebSocketServer, { answer: () => undefined });
  const plan = barePlan({ target: server.url, rate: '10000', duration: '400ms', timeout: '100ms', vus: '4' });
  const metrics = await runHere(plan);
  expect(Object.keys(outcomesOf(metrics))).toEqual(['timeout']);
});
