import { expect, it } from 'vitest';
import { barePlan } from '../contracts/executor.ts';
import { outcomesOf, runHere } from '../support/engine.ts';
import { serve } from '../support/servers/serve.ts';
import { answerAfter } from '../support/servers/server.ts';
import { startWebSocketServer } from '../support/servers/websocket.ts';

it.each(['think', 'hold'] as const)('a %s that begins while the thread sleeps ends when it is over', async (type) => {
  const server = await serve(startWebSocketServer, { answer: answerAfter(3) });
  const plan = barePlan({ target: server.url, vus: '1', requests: '30' });
  const scenarios = plan.scenarios.map((scenario) => ({
    ...scenario,
    steps: [...scenario.steps, { type, milliseconds: 7 }, ...scenario.steps],
  }));
  const metrics = await runHere({ ...plan, scenarios });
  expect(outcomesOf(metrics)).toEqual({ ok: 60 });
  const { count, sum } = metrics.generatorLag;
  expect(sum / count).toBeLessThan(7000);
});
