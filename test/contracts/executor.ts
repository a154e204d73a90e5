import { describe, expect, it } from 'vitest';
import type { Metrics } from '../../src/metrics/figures.ts';
import type { Overrides } from '../../src/scenario/overrides.ts';
import type { OperationPlan, Plan, ScenarioPlan } from '../../src/scenario/plan.ts';
import { planText } from '../scenario/planning.ts';
import { type LocalEngine, outcomesOf, planOf, runHere, startEngine } from '../support/engine.ts';
import { serve } from '../support/servers/serve.ts';
import { answerAfter, type Exchange, reply } from '../support/servers/server.ts';
import { startWebSocketServer } from '../support/servers/websocket.ts';

/** A plan for a server, with changes that go past the rules. */
type Planner<Load> = (load: Load, overrides: Overrides, changes?: Partial<ScenarioPlan>) => Plan;

export interface ExecutorCase {
  readonly name: string;
  /** About 300 exchanges a second over at least four connections, for so long. */
  readonly timed: Planner<string>;
  /** The same load until so many iterations are made; absent: only time ends it. */
  readonly counted?: Planner<number>;
  /** Server delay that goes with it, ms. */
  readonly delay: number;
  /** An iteration is `connect` and one call, and both are counted. */
  readonly countsHandshakes?: true;
  /** Iterations share no connection. */
  readonly oneInFlight?: true;
}

/** A plan without warm-up and cool-down. */
export function barePlan(overrides: Overrides, changes: Partial<ScenarioPlan> = {}): Plan {
  const plan = planOf({ warmup: '0', ...overrides }, changes);
  const phases = { ...plan.scenarios[0].phases, warmup: 0, cooldown: 0 };
  return { ...plan, scenarios: plan.scenarios.map((scenario) => ({ ...scenario, phases })) };
}

/** The parts of a plan on so many workers, each on an engine of its own. */
export async function runParts(plan: Plan, workers: number): Promise<Metrics[]> {
  const parts = Array.from({ length: workers }, (_, worker) => startEngine({ ...plan, workers }, worker, workers));
  return Promise.all(parts.map(({ done }) => done));
}

/** A plan of a scenario's keys, without warm-up and cool-down. */
export function blockPlan(keys: string, overrides: Overrides, changes: Partial<ScenarioPlan> = {}): Plan {
  const plan = planText(`${keys}\n${/^steps:/m.test(keys) ? '' : 'steps: [{ call: tools/list }]'}`, overrides);
  const bare = { warmup: 0, cooldown: 0 };
  return {
    ...plan,
    scenarios: plan.scenarios.map((one) => ({ ...one, phases: { ...one.phases, ...bare }, ...changes })),
  };
}

/** What every executor does with a plan, over real sockets. That planned = Σ outcomes is checked after every run. */
export function executorContract({ name, timed, counted, delay, countsHandshakes, oneInFlight }: ExecutorCase): void {
  const perIteration = countsHandshakes ? 2 : 1;
  const some: Planner<number> = counted ?? ((_, ...rest) => timed('400ms', ...rest));

  describe(`${name}: any executor`, () => {
    it.runIf(counted).each([1, 7, 60])('makes %i iterations when asked for so many', async (iterations) => {
      const server = await serve(startWebSocketServer, { answer: answerAfter(delay) });
      const metrics = await runHere(counted!(iterations, { target: server.url }));
      expect(outcomesOf(metrics)).toEqual({ ok: iterations * perIteration });
      expect(server.received).toHaveLength(iterations);
    });

    it.runIf(counted).each([
      [1, 2],
      [7, 3],
      [60, 2],
    ])('makes %i iterations on %i workers', async (iterations, workers) => {
      const server = await serve(startWebSocketServer, { answer: answerAfter(delay) });
      const parts = await runParts(counted!(iterations, { target: server.url }), workers);
      expect(parts.reduce((sum, { outcomes }) => sum + outcomes.ok, 0)).toBe(iterations * perIteration);
      expect(server.received).toHaveLength(iterations);
    });

    it.runIf(counted)('draws the same from a mix on one, two and three workers', async () => {
      const names = ['one', 'two', 'three'];
      const drawn = async (workers: number) => {
        const server = await serve(startWebSocketServer);
        const operation = callOf(counted!(60, { target: server.url }));
        const operations = names.map((word) => ({
          ...operation,
          name: word,
          body: operation.body.replace('tools/list', `tools/${word}`),
        }));
        const choices = operations.map((_, index) => ({ weight: index + 1, operation: index }));
        const steps = [{ type: 'mix' as const, choices }];
        await runParts(counted!(60, { target: server.url }, { operations, steps }), workers);
        return names.map((word) => server.received.filter(({ method }) => method.endsWith(word)).length);
      };
      const alone = await drawn(1);
      expect(alone.every((count) => count > 0)).toBe(true);
      expect(alone.reduce((sum, count) => sum + count, 0)).toBe(60);
      for (const workers of [2, 3]) expect(await drawn(workers)).toEqual(alone);
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
      local = startEngine(timed('200ms', { target: server.url }));
      const { requests } = await local.done;
      expect(instants.length).toBeGreaterThan(3);
      expect(instants.length * perIteration, 'and what was begun as the end was noticed').toBeGreaterThanOrEqual(
        requests.planned,
      );
      for (const inOrder of instants) expect(inOrder).toEqual(inOrder.toSorted((a, b) => a - b));
    });

    it.runIf(!oneInFlight)('keeps no more in flight on a connection than allowed', async () => {
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
      const metrics = await runHere(some(60, { target: server.url, inFlight: '2' }));
      expect(outcomesOf(metrics)).toEqual({ ok: metrics.requests.planned });
      expect(most).toBe(2);
    });

    it('ends when stopped: nothing new, what is under way is awaited', async () => {
      const held: Exchange[] = [];
      const planned: number[] = [];
      let stoppedAt = Number.POSITIVE_INFINITY;
      const server = await serve(startWebSocketServer, {
        answer: (exchange) => {
          const { table } = local.engine;
          planned.push(table.planned[table.slotOf(exchange.id)]);
          const waits = server.received.length > 3 && stoppedAt === Number.POSITIVE_INFINITY;
          if (waits) held.push(exchange);
          else exchange.send(reply(exchange.id));
        },
      });
      const local = startEngine(timed('60s', { target: server.url }));
      await expect.poll(() => held.length).toBeGreaterThanOrEqual(1);
      local.engine.stop(20_000);
      stoppedAt = performance.now();
      for (const one of held) one.send(reply(one.id));
      const metrics = await local.done;
      // A call behind a handshake that was under way is made, and not measured: it is planned when that is done.
      const measured = planned.filter((at) => at <= stoppedAt).length;
      expect(outcomesOf(metrics)).toEqual({ ok: measured + (countsHandshakes ? server.received.length : 0) });
      if (!countsHandshakes) expect(Math.max(...planned)).toBeLessThanOrEqual(stoppedAt);
    });

    it('counts what is not answered within the grace as unanswered, and makes no step behind it', async () => {
      const server = await serve(startWebSocketServer, { answer: () => undefined });
      const steps = [
        { type: 'call' as const, operation: 0 },
        { type: 'call' as const, operation: 0 },
      ];
      const operations = [callOf(timed('60s', { target: server.url }))];
      const local = startEngine(timed('60s', { target: server.url }, { steps, operations }));
      await expect.poll(() => server.received.length).toBeGreaterThanOrEqual(1);
      local.engine.stop(50);
      const metrics = await local.done;
      expect(metrics.outcomes.unanswered).toBe(metrics.requests.planned);
      expect(metrics.responseTime.count, 'censored values count').toBe(metrics.requests.planned);
    });

    it('awaits what is under way when its time is over, for gracefulStop and no longer', async () => {
      const held: Exchange[] = [];
      const server = await serve(startWebSocketServer, {
        answer: (exchange) => {
          if (held.push(exchange) > 1) return;
          setTimeout(() => exchange.send(reply(exchange.id)), 400);
        },
      });
      const metrics = await runHere(timed('200ms', { target: server.url }, { gracefulStop: 0.6 }));
      const { ok, unanswered, dropped } = metrics.outcomes;
      const handshakes = countsHandshakes ? metrics.connections.opened : 0;
      expect(ok).toBe(1 + handshakes);
      expect(unanswered).toBeGreaterThan(0);
      expect(ok + unanswered + dropped).toBe(metrics.requests.planned);
      expect(metrics.latencyByOutcome?.unanswered?.max, 'until the grace was over').toBeGreaterThanOrEqual(590_000);
      await expect.poll(() => server.connections.now).toBe(0);
    });

    it('goes on when the connections are lost, each exchange with one outcome', async () => {
      const server = await serve(startWebSocketServer, {
        answer: (exchange) => {
          if (server.received.length % 10 === 0) exchange.drop();
          else exchange.send(reply(exchange.id));
        },
      });
      const metrics = await runHere(some(60, { target: server.url }));
      expect(metrics.outcomes.connection_lost).toBeGreaterThanOrEqual(3);
      expect(metrics.outcomes.ok + metrics.outcomes.connection_lost).toBe(metrics.requests.planned);
      if (counted) expect(metrics.requests.planned).toBe(60 * perIteration);
    });
  });
}

/** The operation of a plan that is sent. */
function callOf({ scenarios: [{ operations }] }: Plan): OperationPlan {
  const call = operations.find(({ body }) => body !== '');
  if (call === undefined) throw new Error('the plan makes no call');
  return call;
}
