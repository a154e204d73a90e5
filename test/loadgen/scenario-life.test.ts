import { describe, expect, it } from 'vitest';
import type { Plan } from '../../src/scenario/plan.ts';
import { planText } from '../scenario/planning.ts';
import { outcomesOf, startEngine } from '../support/engine.ts';
import { serve } from '../support/servers/serve.ts';
import { answerAfter } from '../support/servers/server.ts';
import { startWebSocketServer } from '../support/servers/websocket.ts';

/** A file with two scenarios, without warm-up and cool-down. */
function together(a: string, b: string, target: string): Plan {
  const outer = `target: ${target}\nwarmup: 0s\ncooldown: 0s\nscenarios:`;
  return planText(`${outer}\n  a: { ${a}, steps: [{ call: ping }] }\n  b: { ${b}, steps: [{ call: tools/list }] }`);
}

describe('a scenario among others', () => {
  it('ends by itself: it sends no more, and its sessions are closed, while another goes on', async () => {
    const seen: [string, number][] = [];
    const server = await serve(startWebSocketServer, {
      answer: (exchange) => {
        seen.push([exchange.method, performance.now()]);
        answerAfter(5)(exchange);
      },
    });
    const local = startEngine(together('vus: 3, duration: 200ms', 'vus: 2, duration: 700ms', server.url));
    await expect.poll(() => server.connections.now).toBe(5);
    await expect.poll(() => server.connections.now, { interval: 5 }).toBe(2);
    expect(
      server.endings.filter((ending) => ending === 'close 1000'),
      'and two surveys',
    ).toHaveLength(5);
    const metrics = await local.done;
    expect(outcomesOf(metrics)).toEqual({ ok: metrics.requests.planned });
    const last = (method: string) => Math.max(...seen.filter(([one]) => one === method).map(([, at]) => at));
    expect(last('tools/list') - last('ping')).toBeGreaterThan(300);
  });

  it('begins when its time has come', async () => {
    const seen: [string, number][] = [];
    const server = await serve(startWebSocketServer, {
      answer: (exchange) => {
        const { table } = local.engine;
        seen.push([exchange.method, table.planned[table.slotOf(exchange.id)]]);
        answerAfter(5)(exchange);
      },
    });
    const plan = together('vus: 1, duration: 400ms', 'vus: 1, duration: 200ms, startTime: 300ms', server.url);
    const local = startEngine(plan);
    await local.done;
    const first = (method: string) => Math.min(...seen.filter(([one]) => one === method).map(([, at]) => at));
    expect(first('tools/list') - first('ping')).toBeCloseTo(300, 6);
  });

  it('that is stopped with the others waits for its replies', async () => {
    const server = await serve(startWebSocketServer, { answer: answerAfter(50) });
    const local = startEngine(together('vus: 1, duration: 100ms', 'vus: 2, duration: 60s', server.url));
    await expect.poll(() => server.received.length).toBeGreaterThan(8);
    local.engine.stop(5000);
    const metrics = await local.done;
    expect(outcomesOf(metrics)).toEqual({ ok: metrics.requests.planned });
  });
});
