import { describe, expect, it } from 'vitest';
import type { Metrics } from '../../../src/metrics/figures.ts';
import { barePlan, blockPlan } from '../../contracts/executor.ts';
import { type LocalEngine, outcomesOf, runHere, startEngine } from '../../support/engine.ts';
import { watchLoopLag } from '../../support/loop-lag.ts';
import { countOverlaps } from '../../support/servers/overlaps.ts';
import { serve } from '../../support/servers/serve.ts';
import { answerAfter, type Exchange, reply } from '../../support/servers/server.ts';
import { startWebSocketServer } from '../../support/servers/websocket.ts';

/** When an exchange that is under way was planned, ms from the start of the clock. */
function plannedAt({ engine: { table }, startsAt }: LocalEngine, { id }: Exchange): number {
  return table.planned[table.slotOf(id)] - startsAt;
}

/** The longest that a session took to stand. */
function connectingMillis({ connections: { connect, upgrade, initialize } }: Metrics): number {
  return [connect, upgrade, initialize].reduce((sum, times) => sum + Number(times?.max ?? 0), 0) / 1000;
}

describe('virtual users', () => {
  it('send their next request when the last one is answered', async () => {
    const overlaps = countOverlaps(2);
    const server = await serve(startWebSocketServer, { answer: overlaps.answer });
    const metrics = await runHere(barePlan({ target: server.url, vus: '5', requests: '200' }));
    expect(outcomesOf(metrics)).toEqual({ ok: 200 });
    expect(overlaps.count()).toBe(0);
    expect(metrics.inFlight.max).toBe(5);
  });

  it('all stand before the clock starts', async () => {
    const server = await serve(startWebSocketServer);
    const local = startEngine(barePlan({ target: server.url, vus: '30', requests: '30' }));
    await local.ready;
    expect(server.connections.all).toBe(31);
    expect(server.received).toHaveLength(0);
    await local.done;
  });

  it('follow a ramp up and down, and go in order', async () => {
    const users = new Map<number, number[]>();
    const server = await serve(startWebSocketServer, {
      answer: (exchange) => {
        const own = users.get(exchange.connection) ?? [];
        users.set(exchange.connection, own);
        own.push(plannedAt(local, exchange));
        setTimeout(() => exchange.send(reply(exchange.id)), 5);
      },
    });
    const lag = watchLoopLag();
    const local = startEngine(barePlan({ target: server.url, stages: ['300ms:10', '400ms:10', '300ms:0'] }));
    const metrics = await local.done;
    expect(outcomesOf(metrics)).toEqual({ ok: metrics.requests.planned });
    expect(metrics.connections).toMatchObject({ opened: 10, lost: 0 });
    await expect.poll(() => server.endings.filter((ending) => ending === 'close 1000')).toHaveLength(11);

    const late = 1 + lag();
    const firsts = [...users.values()].map((own) => Math.min(...own)).toSorted((a, b) => a - b);
    const lasts = [...users.values()].map((own) => Math.max(...own)).toSorted((a, b) => a - b);
    expect(firsts).toHaveLength(10);
    firsts.forEach((at, i) => {
      // From one user to ten.
      const due = (300 * i) / 9;
      expect(at).toBeGreaterThan(due - 1);
      expect(at).toBeLessThan(due + late + connectingMillis(metrics));
    });
    lasts.forEach((at, i) => {
      const due = 700 + 30 * (i + 1);
      expect(at).toBeGreaterThan(due - late - Number(metrics.responseTime.max) / 1000);
      expect(at).toBeLessThan(due + late);
    });
  });

  it('never exceed the level on two workers', async () => {
    const server = await serve(startWebSocketServer, { answer: answerAfter(5) });
    const plan = barePlan({ target: server.url, stages: ['200ms:7', '200ms:7'] });
    const halves = [0, 1].map((worker) => startEngine({ ...plan, workers: 2 }, worker, 2));
    const done = await Promise.all(halves.map((half) => half.done));
    expect(done.map(({ connections }) => connections.opened)).toEqual([4, 3]);
  });

  it('are woken from a hold when the grace after the end is over, and close in order', async () => {
    const server = await serve(startWebSocketServer);
    const steps = [
      { type: 'connect' as const },
      { type: 'call' as const, operation: 0 },
      { type: 'hold' as const, milliseconds: 600_000 },
      { type: 'close' as const, how: 'delete' as const },
    ];
    const plan = barePlan({ target: server.url, vus: '3', duration: '800ms' }, { steps, gracefulStop: 0.1 });
    const metrics = await runHere(plan);
    expect(outcomesOf(metrics)).toEqual({ ok: 3 });
    await expect.poll(() => server.endings.filter((ending) => ending === 'close 1000')).toHaveLength(4);
  });

  it('that a ramp takes away may end their iteration within gracefulRampDown, and are called back from it', async () => {
    const holding = async (stages: string, grace: string) => {
      const server = await serve(startWebSocketServer);
      const steps = 'steps: [connect, { call: tools/list }, { hold: 60s }, close]';
      const keys = `executor: ramping-vus\nstartVUs: 4\nstages: [${stages}]\ngracefulRampDown: ${grace}\n${steps}`;
      const local = startEngine(blockPlan(keys, { target: server.url }, { gracefulStop: 0 }));
      await expect.poll(() => server.received.length).toBe(4);
      return { server, local };
    };
    const jump = '{ duration: 150ms, target: 4 }, { duration: 0s, target: 0 }, { duration: 800ms, target: 0 }';
    const short = await holding(`${jump}, { duration: 0s, target: 1 }, { duration: 100ms, target: 1 }`, '50ms');
    await expect.poll(() => short.server.endings.filter((ending) => ending === 'close 1000')).toHaveLength(5);
    expect(outcomesOf(await short.local.done)).toEqual({ ok: 5 });

    const back = '{ duration: 0s, target: 4 }, { duration: 300ms, target: 4 }';
    const long = await holding(`${jump.replace('800', '100')}, ${back}`, '30s');
    expect(outcomesOf(await long.local.done), 'they were still at their first iteration').toEqual({ ok: 4 });
  });

  it('begin an iteration when the ramp has room for them, to the instant', async () => {
    const planned: number[] = [];
    const server = await serve(startWebSocketServer, {
      answer: (exchange) => planned.push(plannedAt(local, exchange)),
    });
    const keys =
      'executor: ramping-vus\nstartVUs: 0\nstages: [{ duration: 400ms, target: 8 }, { duration: 100ms, target: 8 }]';
    const steps = '\nlifecycle: none\nsteps: [{ call: tools/list }]';
    const lag = watchLoopLag();
    const local = startEngine(blockPlan(keys + steps, { target: server.url }, { gracefulStop: 0 }));
    const metrics = await local.done;
    expect(planned).toHaveLength(8);
    // A first exchange is planned when its connection stands.
    const late = 1 + lag() + connectingMillis(metrics);
    planned
      .toSorted((a, b) => a - b)
      .forEach((at, i) => {
        expect(at).toBeGreaterThan(50 * (i + 1) - 1);
        expect(at).toBeLessThan(50 * (i + 1) + late);
      });
  });

  it('think between requests, which is charged to nobody', async () => {
    const server = await serve(startWebSocketServer);
    const steps = [
      { type: 'call' as const, operation: 0 },
      { type: 'think' as const, milliseconds: 50 },
    ];
    const metrics = await runHere(barePlan({ target: server.url, vus: '1', duration: '300ms' }, { steps }));
    expect(metrics.requests.planned).toBeGreaterThanOrEqual(4);
    expect(metrics.requests.planned).toBeLessThanOrEqual(6);
    expect(metrics.responseTime.max).toBeLessThan(45_000);
  });

  it('wait longer and longer between attempts at a server that went away', async () => {
    const server = await serve(startWebSocketServer, {
      answer: () => {
        if (server.received.length === 4) void server.close();
      },
    });
    const metrics = await runHere(barePlan({ target: server.url, vus: '4', duration: '1s' }));
    expect(metrics.outcomes).toMatchObject({ ok: 0, connection_lost: 4 });
    expect(metrics.outcomes.connect_failed).toBeGreaterThanOrEqual(4 * 3);
    expect(metrics.outcomes.connect_failed).toBeLessThanOrEqual(4 * 5);
  });
});
