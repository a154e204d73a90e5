import { describe, expect, it } from 'vitest';
import { blockPlan } from '../../contracts/executor.ts';
import { outcomesOf, runHere } from '../../support/engine.ts';
import { countOverlaps } from '../../support/servers/overlaps.ts';
import { serve } from '../../support/servers/serve.ts';
import { answerAfter, type Exchange } from '../../support/servers/server.ts';
import { startWebSocketServer } from '../../support/servers/websocket.ts';

const arrivals = (rest: string) => `executor: constant-arrival-rate\nrate: 100\nduration: 490ms\n${rest}`;

describe('maxVUs', () => {
  it('has an arrival that finds no free user dropped, charged with its time-out', async () => {
    const held: Exchange[] = [];
    const server = await serve(startWebSocketServer, { answer: (exchange) => held.push(exchange) });
    const plan = blockPlan(arrivals('vus: 3\nmaxVUs: 3\ntimeout: 2s'), { target: server.url }, { gracefulStop: 0.1 });
    const metrics = await runHere(plan);
    expect(outcomesOf(metrics)).toEqual({ unanswered: 3, dropped: 46 });
    expect(held).toHaveLength(3);
    expect(metrics.responseTime.p50, 'a drop waits for ever').toBeGreaterThanOrEqual(2_000_000);
    expect(metrics.responseTime.bounds?.p50).toBe('>=');
  });

  it('never has two iterations on one connection', async () => {
    const overlaps = countOverlaps(25);
    const server = await serve(startWebSocketServer, { answer: overlaps.answer });
    const metrics = await runHere(blockPlan(arrivals('vus: 2\nmaxVUs: 8'), { target: server.url }));
    expect(overlaps.count()).toBe(0);
    expect(metrics.outcomes.ok + metrics.outcomes.dropped).toBe(49);
  });

  it('connects more users for those that were dropped, one at a time, up to the most', async () => {
    const server = await serve(startWebSocketServer, { answer: answerAfter(3000) });
    const plan = blockPlan(arrivals('vus: 1\nmaxVUs: 4'), { target: server.url }, { gracefulStop: 0 });
    const metrics = await runHere(plan);
    expect(metrics.connections.opened).toBe(4);
    expect(metrics.outcomes.unanswered).toBe(4);
    expect(metrics.outcomes.dropped, 'one for each that was connected, and all after the last').toBe(45);
  });

  it('gives work to the user that has been free the longest', async () => {
    const server = await serve(startWebSocketServer);
    await runHere(blockPlan(arrivals('vus: 7\nmaxVUs: 7'), { target: server.url }));
    const perConnection = Object.values(Object.groupBy(server.received, ({ connection }) => connection));
    expect(perConnection.map((exchanges) => exchanges?.length)).toEqual([7, 7, 7, 7, 7, 7, 7]);
  });
});
