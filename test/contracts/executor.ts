import { describe, expect, it } from 'vitest';
import type { Overrides } from '../../src/scenario/overrides.ts';
import type { Plan, ScenarioPlan } from '../../src/scenario/plan.ts';
import { type LocalEngine, outcomesOf, planOf, runHere, startEngine } from '../support/engine.ts';
import { serve } from '../support/servers/serve.ts';
import { answerAfter, type Exchange, reply } from '../support/servers/server.ts';
import { startWebSocketServer } from '../support/servers/websocket.ts';

export interface ExecutorCase {
  readonly name: string;
  /** About 300 exchanges a second on four connections. */
  readonly load: Overrides;
  /** Server delay that goes with it, ms. */
  readonly delay: number;
}

/** A plan without warm-up and cool-down. */
export function barePlan(overrides: Overrides, changes: Partial<ScenarioPlan> = {}): Plan {
  const plan = planOf({ warmup: '0', ...overrides }, changes);
  const phases = { ...plan.scenarios[0].phases, warmup: 0, cooldown: 0 };
  return { ...plan, scenarios: plan.scenarios.map((scenario) => ({ ...scenario, phases })) };
}

/** Both halves of a plan, on two engines. */
export async function runHalves(plan: Plan) {
  const halves = [0, 1].map((worker) => startEngine({ ...plan, workers: 2 }, worker, 2));
  return Promise.all(halves.map(({ done }) => done));
}

/** What every executor does with a plan, over real sockets. That planned = Σ outcomes is checked after every run. */
export function executorContract({ name, load, delay }: ExecutorCase): void {
  const seconds = (duration: string) => ({ ...load, duration });

  describe(`${name}: any executor`, () => {
    it.each([1, 7, 60])('makes %i iterations when asked for so many', async (requests) => {
      const server = await serve(startWebSocketServer, { answer: answerAfter(delay) });
      const metrics = await runHere(barePlan({ target: server.url, ...load, requests: `${requests}` }));
      expect(outcomesOf(metrics)).toEqual({ ok: requests });
      expect(server.received).toHaveLength(requests);
    });

    it.each([1, 7, 60])('makes %i iterations on two workers', async (requests) => {
      const server = await serve(startWebSocketServer, { answer: answerAfter(delay) });
      const halves = await runHalves(barePlan({ target: server.url, ...load, requests: `${requests}` }));
      expect(halves.map(({ outcomes }) => outcomes.ok)).toEqual([Math.ceil(requests / 2), Math.floor(requests / 2)]);
      expect(server.received).toHaveLength(requests);
    });

    it('plans, releases and sends in this order, and nothing before the start', async () => {
      const instants: number[][] = [];
      let local: LocalEngine | undefined;
      const server = await serve(startWebSocketServer, {
        answer: ({ id, send }) => {
          const { table } = local!.engine;
          const slot = table.slotOf(id);
          instants.push([
            local!.startsAt - 5,
            table.planned[slot],
            table.released[slot],
            table.sent[slot],
            performance.now(),
          ]);
          send(reply(id));
        },
      });
      local = startEngine(barePlan({ target: server.url, ...seconds('200ms') }));
      const { requests } = await local.done;
      expect(instants.length).toBeGreaterThan(20);
      expect(instants.length, 'and what was begun as the end was noticed').toBeGreaterThanOrEqual(requests.planned);
      for (const inOrder of instants) expect(inOrder).toEqual(inOrder.toSorted((a, b) => a - b));
    });

    it('keeps no more in flight on a connection than allowed', async () => {
      const underWay = new Map<number, number>();
      let most = 0;
      const change = (connection: number, by: number) => {
        const count = (underWay.get(connection) ?? 0) + by;
        underWay.set(connection, count);
        most = Math.max(most, count);
      };
      const server = await serve(startWebSocketServer, {
        answer: (exchange) => {
          change(exchange.connection, 1);
          setTimeout(() => {
            change(exchange.connection, -1);
            exchange.send(reply(exchange.id));
          }, 30);
        },
      });
      const metrics = await runHere(barePlan({ target: server.url, ...load, inFlight: '2', requests: '60' }));
      expect(outcomesOf(metrics)).toEqual({ ok: 60 });
      expect(most).toBe(2);
    });

    it('ends when stopped: nothing new, what is under way is awaited', async () => {
      const held: Exchange[] = [];
      let stopping = false;
      const server = await serve(startWebSocketServer, {
        answer: (exchange) => {
          if (server.received.length <= 30) exchange.send(reply(exchange.id));
          else held.push(exchange);
        },
      });
      const local = startEngine(barePlan({ target: server.url, ...seconds('60s') }));
      await expect.poll(() => held.length).toBeGreaterThanOrEqual(4);
      local.engine.stop(5000);
      stopping = true;
      await new Promise((resolve) => setTimeout(resolve, 50));
      const sent = server.received.length;
      for (const one of held) one.send(reply(one.id));
      const metrics = await local.done;
      expect(stopping).toBe(true);
      expect(server.received).toHaveLength(sent);
      expect(outcomesOf(metrics)).toEqual({ ok: sent });
    });

    it('counts what is not answered within the grace as unanswered, and makes no step behind it', async () => {
      const server = await serve(startWebSocketServer, { answer: () => undefined });
      const steps = [
        { type: 'call' as const, operation: 0 },
        { type: 'call' as const, operation: 0 },
      ];
      const local = startEngine(barePlan({ target: server.url, ...seconds('60s') }, { steps }));
      await expect.poll(() => server.received.length).toBeGreaterThanOrEqual(4);
      local.engine.stop(50);
      const metrics = await local.done;
      expect(metrics.outcomes.unanswered).toBe(metrics.requests.planned);
      expect(metrics.responseTime.count, 'censored values count').toBe(metrics.requests.planned);
    });

    it('goes on when the connections are lost, each exchange with one outcome', async () => {
      const server = await serve(startWebSocketServer, {
        answer: (exchange) => {
          if (server.received.length % 10 === 0) exchange.drop();
          else exchange.send(reply(exchange.id));
        },
      });
      const metrics = await runHere(barePlan({ target: server.url, ...load, requests: '100' }));
      expect(metrics.outcomes.connection_lost).toBeGreaterThanOrEqual(5);
      expect(metrics.outcomes.ok + metrics.outcomes.connection_lost).toBe(100);
    });
  });
}
