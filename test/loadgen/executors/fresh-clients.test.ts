import { describe, expect, it } from 'vitest';
import { seriesLayout } from '../../../src/metrics/series.ts';
import { blockPlan, runParts } from '../../contracts/executor.ts';
import { outcomesOf, runHere, startEngine } from '../../support/engine.ts';
import { startHttpServer } from '../../support/servers/http.ts';
import { serve } from '../../support/servers/serve.ts';
import { type answerAfter, reply } from '../../support/servers/server.ts';
import { startWebSocketServer } from '../../support/servers/websocket.ts';

/** Connections of the survey before a run. */
const surveys = 1;

const session = (sessions: string, rest = '') => `executor: session-arrival\nsessions: ${sessions}\n${rest}`;
const connection = (rest: string) => `executor: connection-arrival\n${rest}`;

/** `initialize` is answered after so many milliseconds. */
const slowInitialize = (milliseconds: number) => ({
  answerInitialize: (exchange: Parameters<ReturnType<typeof answerAfter>>[0]) =>
    setTimeout(() => {
      exchange.send(reply(exchange.id, { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: {} }));
    }, milliseconds),
});

describe('sessions', () => {
  it('are a client each, whose connecting and initialize are charged to the first call and to no lag', async () => {
    const server = await serve(startWebSocketServer, slowInitialize(60));
    const metrics = await runHere(blockPlan(session('{ rate: 50 }', 'duration: 390ms'), { target: server.url }));
    expect(outcomesOf(metrics)).toEqual({ ok: 20 });
    expect(metrics.connections).toMatchObject({ opened: 20, failed: 0, lost: 0 });
    expect(metrics.responseTime.min).toBeGreaterThanOrEqual(58_000);
    expect(metrics.targetTime.min, 'waiting for the target').toBeGreaterThanOrEqual(58_000);
    expect(metrics.serviceTime.min).toBeLessThan(50_000);
    expect(metrics.generatorLag.p50).toBeLessThan(50_000);
    await expect.poll(() => server.connections.now).toBe(0);
  });

  it('make their calls one after the other, and think between them', async () => {
    const instants = new Map<number, number[]>();
    const server = await serve(startWebSocketServer, {
      answer: (exchange) => {
        instants.set(exchange.connection, [...(instants.get(exchange.connection) ?? []), performance.now()]);
        setTimeout(() => exchange.send(reply(exchange.id)), 20);
      },
    });
    const plan = blockPlan(session('{ rate: 20, calls: 3, think: 40ms }', 'duration: 290ms'), { target: server.url });
    const metrics = await runHere({
      ...plan,
      scenarios: plan.scenarios.map((one) => ({ ...one, phases: { ...one.phases, cooldown: 1 } })),
    });
    expect(server.received.length % 3).toBe(0);
    for (const calls of instants.values())
      for (const [i, at] of calls.entries()) if (i > 0) expect(at - calls[i - 1]).toBeGreaterThanOrEqual(57);
    expect(metrics.outcomes.ok).toBe(metrics.requests.planned);
  });

  it('count all calls, but take their times from the arrivals alone', async () => {
    const slowLater = new Set<number>();
    const server = await serve(startWebSocketServer, {
      answer: (exchange) => {
        const later = slowLater.has(exchange.connection);
        slowLater.add(exchange.connection);
        setTimeout(() => exchange.send(reply(exchange.id)), later ? 700 : 1);
      },
    });
    const plan = blockPlan(session('{ rate: 30, calls: 2 }', 'duration: 490ms'), { target: server.url });
    const names = seriesLayout(plan).rows.map(({ operationName }) => operationName);
    expect([...new Set(names)]).toEqual(['tools/list', 'tools/list (in session)']);
    const metrics = await runHere(plan);
    expect(metrics.requests.planned).toBeGreaterThan(20);
    expect(metrics.outcomes.ok).toBe(metrics.requests.planned);
    expect(metrics.responseTime.count).toBe(15);
    expect(metrics.responseTime.max).toBeLessThan(690_000);
  });

  it('that cannot connect are counted by their first call', async () => {
    const server = await serve(startWebSocketServer);
    const local = startEngine(blockPlan(session('{ rate: 50 }', 'duration: 400ms'), { target: server.url }));
    await expect.poll(() => server.received.length, { interval: 5 }).toBeGreaterThan(3);
    await server.close();
    const metrics = await local.done;
    expect(metrics.requests.planned).toBe(20);
    expect(metrics.outcomes.connect_failed).toBeGreaterThan(3);
    expect(metrics.outcomes.ok).toBeGreaterThan(3);
  });

  it('beyond the most at once are dropped', async () => {
    let underWay = 0;
    let most = 0;
    const server = await serve(startWebSocketServer, {
      answer: (exchange) => {
        most = Math.max(most, ++underWay);
        setTimeout(() => {
          underWay--;
          exchange.send(reply(exchange.id));
        }, 200);
      },
    });
    const plan = blockPlan(session('{ rate: 100 }', 'duration: 285ms\nmaxVUs: 5'), { target: server.url });
    const metrics = await runHere(plan);
    expect(metrics.requests.planned).toBe(29);
    expect(metrics.outcomes.dropped).toBe(29 - metrics.outcomes.ok);
    expect(most).toBe(5);
    expect(metrics.outcomes.ok).toBeGreaterThanOrEqual(5);
    expect(metrics.outcomes.ok).toBeLessThanOrEqual(10);
  });

  it('end with a DELETE over HTTP where no step says otherwise, and with none where they are abandoned', async () => {
    const ended = async (steps: string) => {
      const server = await serve(startHttpServer);
      const keys = session('{ rate: 40, calls: 2 }', `duration: 240ms\nsteps: [{ call: tools/list }${steps}]`);
      const metrics = await runHere(blockPlan(keys, { target: server.url }));
      expect(outcomesOf(metrics)).toEqual({ ok: metrics.requests.planned });
      await expect.poll(() => server.connections.now).toBe(0);
      return server.endings.filter((ending) => ending === 'DELETE').length;
    };
    expect(await ended('')).toBe(10 + surveys);
    expect(await ended(', { close: abandon }')).toBe(surveys);
  });

  it('are the same on one, two and three workers', async () => {
    for (const workers of [1, 2, 3]) {
      const server = await serve(startWebSocketServer);
      const keys = session('{ rate: 200, calls: 2 }', 'duration: 5s\narrival: poisson');
      const plan = blockPlan(keys, { target: server.url });
      const scenarios = plan.scenarios.map((one) => ({ ...one, executor: { ...one.executor, iterations: 41 } }));
      const parts = await runParts({ ...plan, scenarios }, workers);
      expect(parts.reduce((sum, { outcomes }) => sum + outcomes.ok, 0)).toBe(82);
      expect(parts.reduce((sum, { connections }) => sum + connections.opened, 0)).toBe(41);
    }
  });
});

describe('connections', () => {
  it('are opened and closed for every arrival, the handshake counted with its own time', async () => {
    const server = await serve(startWebSocketServer, slowInitialize(40));
    const metrics = await runHere(
      blockPlan(connection('rate: 50\nduration: 390ms\nsteps: [connect]'), { target: server.url }),
    );
    expect(outcomesOf(metrics)).toEqual({ ok: 20 });
    expect(metrics.requests).toMatchObject({ planned: 20, sent: 20, completed: 20 });
    expect(metrics.responseTime.min).toBeGreaterThanOrEqual(38_000);
    expect(metrics.serviceTime.min).toBeGreaterThanOrEqual(38_000);
    expect(metrics.connections.initialize.count).toBe(20);
    expect(server.received).toHaveLength(0);
    await expect.poll(() => server.connections.now).toBe(0);
  });

  it('go without initialize where the lifecycle says so', async () => {
    const server = await serve(startWebSocketServer);
    const keys = connection('rate: 50\nduration: 190ms\nlifecycle: none\nsteps: [connect, close]');
    const metrics = await runHere(blockPlan(keys, { target: server.url }));
    expect(outcomesOf(metrics)).toEqual({ ok: 10 });
    expect(metrics.connections.initialize.count).toBe(0);
  });

  it('that are refused are connect_failed, and the next ones are tried when due', async () => {
    const server = await serve(startWebSocketServer);
    const keys = connection('rate: 50\nduration: 400ms\nsteps: [connect]');
    const local = startEngine(blockPlan(keys, { target: server.url }));
    await expect.poll(() => server.connections.all, { interval: 5 }).toBeGreaterThan(3);
    await server.close();
    const metrics = await local.done;
    expect(metrics.outcomes.ok + metrics.outcomes.connect_failed).toBe(20);
    expect(metrics.outcomes.connect_failed).toBeGreaterThan(3);
  });

  it('that are not answered within connectTimeout are a time-out of that length', async () => {
    let mute = false;
    const server = await serve(startWebSocketServer, {
      answerInitialize: (exchange) => {
        if (!mute)
          exchange.send(reply(exchange.id, { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: {} }));
      },
    });
    const keys = connection('rate: 50\nduration: 200ms\nconnectTimeout: 150ms\nsteps: [connect]');
    const local = startEngine(blockPlan(keys, { target: server.url }));
    await local.ready;
    mute = true;
    const metrics = await local.done;
    expect(outcomesOf(metrics)).toEqual({ timeout: 10 });
    expect(metrics.responseTime.min).toBeGreaterThanOrEqual(149_000);
    expect(metrics.responseTime.max).toBeLessThan(30_000_000);
    await expect.poll(() => server.connections.now).toBe(0);
  });
});
