import { expect, test } from 'vitest';
import { barePlan, blockPlan } from '../contracts/executor.ts';
import { planText } from '../scenario/planning.ts';
import { finished } from '../support/finished.ts';
import { startRun } from '../support/runs.ts';
import { servers } from '../support/servers/each.ts';
import { serve } from '../support/servers/serve.ts';
import { reply } from '../support/servers/server.ts';
import { startSseServer } from '../support/servers/sse.ts';
import { startStdioServer } from '../support/servers/stdio.ts';
import { startWebSocketServer } from '../support/servers/websocket.ts';
import { expectVerdict } from '../support/verdict.ts';

/** How much of a second a server lives that is asked all the time, in ms from its first request. */
const lifeMillis = 300;

test.each([
  ['open, slow', { rate: '100', vus: '2' }],
  ['closed, fast', { vus: '2' }],
] as const)('a server that dies is never a success: %s', async (_, load) => {
  let answered = 0;
  const result = await expectVerdict('unreachable', async () => {
    answered = 0;
    let dies = Number.POSITIVE_INFINITY;
    const server = await serve(startWebSocketServer, {
      answer: (exchange) => {
        if (answered === 0) dies = performance.now() + lifeMillis;
        if (performance.now() > dies) return void server.close();
        exchange.send(reply(exchange.id));
        answered++;
      },
    });
    return finished(startRun(barePlan({ target: server.url, ...load, duration: '1s' })).result);
  });
  if (result === undefined) return;
  const { metrics, warnings } = result;
  expect(warnings[0].message).toContain('ECONNREFUSED');
  expect(metrics.outcomes.ok).toBe(answered);
  expect(metrics.outcomes.connect_failed).toBeGreaterThan(0);
});

test.each([
  ['as its last request comes in', 0],
  ['as the load ends', 100],
])(
  'a server that is gone at the end is never a success, however few requests it takes with it: %s',
  async (_, millis) => {
    const last = 400;
    const server = await serve(startWebSocketServer, {
      answer: (exchange) => {
        if (server.received.length < last) exchange.send(reply(exchange.id));
        else if (server.received.length === last) setTimeout(() => void server.close(), millis);
      },
    });
    const plan = barePlan({ target: server.url, vus: '1', requests: String(last) });
    const { metrics, exitCode, warnings } = await finished(startRun(plan).result);
    expect(metrics.outcomes).toMatchObject({ ok: last - 1, connection_lost: 1 });
    expect(metrics.errorRate, 'no threshold fails').toBeLessThan(0.01);
    expect(exitCode).not.toBe(0);
    expect(warnings[0]).toMatchObject({ code: 'target_gone', message: expect.stringContaining('ECONNREFUSED') });
  },
);

/** One request, behind which its session stays open for a while. */
const idle = [
  [
    'open',
    'executor: constant-arrival-rate\nrate: 2\nvus: 1\nduration: 400ms\nsteps: [{ call: tools/list }, { hold: 600ms }]',
  ],
  ['closed', 'vus: 1\nduration: 400ms\nsteps: [{ call: tools/list }, { think: 600ms }]'],
] as const;

const idleCases = [...servers, ['sse', startSseServer] as const, ['stdio', startStdioServer] as const].flatMap(
  ([name, start]) => idle.map(([load, keys]) => [name, load, start, keys] as const),
);

test.each(idleCases)(
  'a server that dies while nothing is due is never a success: %s, %s',
  async (name, _load, start, keys) => {
    // A new command finds nobody, or a server that is just closing.
    const why = name === 'stdio' ? /the command (ended with code 1|was ended by SIGTERM)/ : /ECONNREFUSED/;
    const result = await expectVerdict('unreachable', async () => {
      const server = await serve(start, {
        answer: ({ id, send }) => {
          send(reply(id));
          setTimeout(() => void server.close(), 100);
        },
      });
      return finished(startRun(blockPlan(keys, { target: server.url, warmup: '0' })).result);
    });
    if (result === undefined) return;
    expect(result.metrics.outcomes).toMatchObject({ ok: 1, connection_lost: 0, connect_failed: 0 });
    expect(result.warnings[0]).toMatchObject({ code: 'target_gone', message: expect.stringMatching(why) });
  },
);

test('one of two targets that dies while nothing is due is gone, though the other goes on answering', async () => {
  const result = await expectVerdict('unreachable', async () => {
    const dying = await serve(startWebSocketServer, {
      answer: ({ id, send }) => {
        send(reply(id));
        setTimeout(() => void dying.close(), 100);
      },
    });
    const lasting = await serve(startWebSocketServer);
    const call = 'call: tools/list';
    const text = `scenarios:
  dying: { target: '${dying.url}', vus: 1, duration: 1s, warmup: 0, steps: [{ ${call} }, hold: 2s] }
  lasting: { target: '${lasting.url}', vus: 1, duration: 1s, warmup: 0, steps: [{ ${call} }, think: 10ms] }
`;
    return finished(startRun(planText(text, {})).result);
  });
  if (result !== undefined) expect(result.warnings[0]).toMatchObject({ code: 'target_gone' });
});

test.each(idleCases)('one that only ends its idle connections is not gone: %s, %s', async (_, _load, start, keys) => {
  const server = await serve(start, {
    answer: ({ id, send, end }) => {
      send(reply(id));
      setTimeout(end, 100);
    },
  });
  const { metrics, warnings } = await finished(startRun(blockPlan(keys, { target: server.url, warmup: '0' })).result);
  expect(metrics.outcomes).toMatchObject({ ok: 1, connection_lost: 0, connect_failed: 0 });
  expect(warnings.map(({ code }) => code)).not.toContain('target_gone');
});

test('a server that loses the last connection but is still there is not gone', async () => {
  const server = await serve(startWebSocketServer, {
    answer: (exchange) => (server.received.length < 200 ? exchange.send(reply(exchange.id)) : exchange.drop()),
  });
  const { metrics, warnings } = await finished(
    startRun(barePlan({ target: server.url, vus: '1', requests: '200' })).result,
  );
  expect(metrics.outcomes).toMatchObject({ ok: 199, connection_lost: 1 });
  expect(warnings.map(({ code }) => code)).not.toContain('target_gone');
});

test('a user that closes its session may find its last connection refused, and the target is not gone', async () => {
  let connected = 0;
  let refuseFrom = Number.POSITIVE_INFINITY;
  const server = await serve(startWebSocketServer, {
    answerInitialize: ({ id, send, drop }) => {
      if (++connected === 2) refuseFrom = performance.now() + 300;
      if (performance.now() > refuseFrom) {
        refuseFrom = Number.POSITIVE_INFINITY;
        return drop();
      }
      send(reply(id, { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 'x', version: '1' } }));
    },
  });
  const keys = "vus: 1\nduration: 390ms\nsteps: [connect, { call: tools/list }, close]\nthresholds: ['error_rate<=1']";
  const { warnings } = await finished(startRun(blockPlan(keys, { target: server.url, warmup: '0' })).result);
  expect(warnings.map(({ code }) => code)).not.toContain('target_gone');
});

test.each([
  ['the last', 19, 'pass', false],
  ['half', 10, 'unreachable', true],
] as const)(
  'of clients that come and go %s may fail, but not all from some time on',
  async (_, good, verdict, gone) => {
    const keys =
      "executor: connection-arrival\nrate: 50\nduration: 390ms\nsteps: [connect]\nthresholds: ['error_rate<=1']";
    const result = await expectVerdict(verdict, async () => {
      let connected = 0;
      const server = await serve(startWebSocketServer, {
        answerInitialize: ({ id, send, drop }) => {
          if (connected++ > good) return drop();
          send(reply(id, { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 'x', version: '1' } }));
        },
      });
      return finished(startRun(blockPlan(keys, { target: server.url, warmup: '0' })).result);
    });
    if (result !== undefined) expect(result.warnings.some(({ code }) => code === 'target_gone')).toBe(gone);
  },
);
