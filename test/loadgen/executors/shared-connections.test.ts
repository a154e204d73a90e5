import { describe, expect, it } from 'vitest';
import { Engine } from '../../../src/loadgen/engine.ts';
import { ArrivalSchedule } from '../../../src/loadgen/pacer.ts';
import { barePlan } from '../../contracts/executor.ts';
import { type LocalEngine, outcomesOf, runHere, startEngine } from '../../support/engine.ts';
import { serve } from '../../support/servers/serve.ts';
import { answerAfter, reply } from '../../support/servers/server.ts';
import { startWebSocketServer } from '../../support/servers/websocket.ts';

/** Runs one worker's part of a plan; returns the planned instants, ms after the first of them. */
async function dues(plan: ReturnType<typeof barePlan>, worker: number, workers: number): Promise<number[]> {
  let local: LocalEngine | undefined;
  const planned: number[] = [];
  const server = await serve(startWebSocketServer, {
    answer: ({ id, send }) => {
      const { table } = local!.engine;
      planned.push(table.planned[table.slotOf(id)]);
      send(reply(id));
    },
  });
  const scenarios = plan.scenarios.map((one) => ({ ...one, target: { ...one.target, port: server.port } }));
  local = startEngine({ ...plan, scenarios, workers }, worker, workers);
  await local.done;
  const sorted = planned.toSorted((a, b) => a - b);
  return sorted.map((at) => at - sorted[0]);
}

const ramp = { stages: ['200ms:400', '100ms:100'], rate: '100', target: 'ws://127.0.0.1:1/', vus: '3' };

describe('arrivals', () => {
  it.each([
    ['a constant rate', { rate: '250', duration: '200ms', target: 'ws://127.0.0.1:1/', vus: '3' }],
    ['a ramp', ramp],
  ])('are due when the schedule of %s says so, on one worker or striped over two', async (_, overrides) => {
    const plan = barePlan(overrides);
    const schedule = new ArrivalSchedule(plan.scenarios[0].executor.stages);
    const all = Array.from({ length: Math.ceil(schedule.total) }, (_, n) => schedule.dueAt(n) * 1000);
    const expected = (worker: number, workers: number) =>
      all.filter((_, n) => n % workers === worker).map((due) => due - all[worker]);
    for (const [worker, workers] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ]) {
      const found = await dues(plan, worker, workers);
      const wanted = expected(worker, workers);
      expect(found).toHaveLength(wanted.length);
      for (const [index, due] of found.entries()) expect(due).toBeCloseTo(wanted[index], 6);
    }
  });

  it('are sent when due though nothing is answered', async () => {
    const server = await serve(startWebSocketServer, { answer: () => undefined });
    const plan = barePlan({ target: server.url, rate: '200', duration: '250ms', vus: '2' }, { timeout: 300 });
    const metrics = await runHere(plan);
    expect(metrics.requests).toMatchObject({ planned: 50, sent: 50 });
    expect(outcomesOf(metrics)).toEqual({ timeout: 50 });
  });

  it('are all released, and their lag told, when the generator is held up over the end', async () => {
    const server = await serve(startWebSocketServer);
    const local = startEngine(barePlan({ target: server.url, rate: '500', duration: '300ms', vus: '2' }));
    await expect.poll(() => server.received.length, { interval: 5 }).toBeGreaterThan(50);
    const until = performance.now() + 400;
    while (performance.now() < until);
    const metrics = await local.done;
    expect(metrics.requests.planned).toBe(150);
    expect(outcomesOf(metrics)).toEqual({ ok: 150 });
    expect(metrics.generatorLag.max).toBeGreaterThan(100_000);
    expect(metrics.responseTime.max).toBeGreaterThanOrEqual(metrics.generatorLag.max!);
  });

  it('go to their connections in turn', async () => {
    const server = await serve(startWebSocketServer);
    await runHere(barePlan({ target: server.url, rate: '300', requests: '30', vus: '3' }));
    const perConnection = Object.values(Object.groupBy(server.received, ({ connection }) => connection));
    expect(perConnection.map((exchanges) => exchanges?.length)).toEqual([10, 10, 10]);
  });

  it('wait for a lost connection, and are charged for it', async () => {
    let dropped = false;
    const server = await serve(startWebSocketServer, {
      answer: (exchange) => {
        if (!dropped && server.received.length === 10) {
          dropped = true;
          exchange.drop();
        } else exchange.send(reply(exchange.id));
      },
    });
    const metrics = await runHere(barePlan({ target: server.url, rate: '200', requests: '60', vus: '1' }));
    expect(metrics.outcomes.ok + metrics.outcomes.connection_lost).toBe(60);
    expect(metrics.outcomes.connection_lost).toBeGreaterThanOrEqual(1);
  });
});

it('all that a rate brings within the time-out finds a place, also where a connection carries one at a time', () => {
  const plan = barePlan({ target: 'ws://127.0.0.1:1/', rate: '3000', vus: '2', inFlight: '1', timeout: '10s' });
  const nothing = () => undefined;
  const engine = new Engine(
    { plan, worker: 0, workers: 1 },
    {
      connecting: () => undefined,
      ready: nothing,
      unreachable: nothing,
      interval: nothing,
      stopped: nothing,
      done: nothing,
    },
  );
  expect(engine.table.capacity).toBeGreaterThanOrEqual(30_000);
});

it('counts waits for our own limit of requests in flight apart from those the target causes', async () => {
  const server = await serve(startWebSocketServer, { answer: answerAfter(5) });
  const load = { rate: '400', requests: '20', vus: '1' };
  const limited = await runHere(barePlan({ target: server.url, ...load, inFlight: '1' }));
  const { limitWait, targetWait } = limited;
  expect(Number(limitWait?.count) + targetWait.count).toBe(20);
  expect(Number(limitWait?.count)).toBeGreaterThan(10);
  expect(targetWait.max).toBe(0);
  expect(await runHere(barePlan({ target: server.url, ...load }))).not.toHaveProperty('limitWait');
});
