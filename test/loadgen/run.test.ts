import { expect, test } from 'vitest';
import { McpbError } from '../../src/errors.ts';
import type { LiveInterval } from '../../src/metrics/live.ts';
import type { RunResult } from '../../src/results/result.ts';
import { parseCheck } from '../../src/scenario/checks.ts';
import { barePlan, blockPlan } from '../contracts/executor.ts';
import { planText } from '../scenario/planning.ts';
import { startRun } from '../support/runs.ts';
import { startHttpServer } from '../support/servers/http.ts';
import { serve } from '../support/servers/serve.ts';
import { answerAfter, type Exchange, reply } from '../support/servers/server.ts';
import { startSseServer } from '../support/servers/sse.ts';
import { startStdioServer } from '../support/servers/stdio.ts';
import { startTcpServer } from '../support/servers/tcp.ts';
import { startWebSocketServer } from '../support/servers/websocket.ts';
import { expectVerdict } from '../support/verdict.ts';

const servers = [
  ['websocket', startWebSocketServer],
  ['tcp', startTcpServer],
  ['http', startHttpServer],
] as const;

/** What holds of every result, whatever the target did. */
async function finished(result: Promise<RunResult>): Promise<RunResult> {
  const found = await result;
  const { metrics, stages, rps } = found;
  const ended = Object.values(metrics.outcomes).reduce((sum, count) => sum + count, 0);
  expect(ended).toBe(metrics.requests.planned);
  const released = stages.reduce((sum, stage) => sum + stage.metrics.generatorLag.count, 0);
  expect(released).toBe(metrics.requests.planned);
  expect(rps).toBe(metrics.throughputPerSecond);
  return found;
}

const millis = (micros: number | null) => Number(micros) / 1000;

test.each(servers)('a server with a known delay is measured as what it is: %s', async (_, start) => {
  const server = await serve(start, { answer: answerAfter(30) });
  const { metrics, thresholds } = await finished(
    startRun(barePlan({ target: server.url, vus: '4', duration: '1s' })).result,
  );
  expect(thresholds).toEqual([{ expression: 'error_rate<0.01', value: 0, passed: true }]);
  expect(millis(metrics.serviceTime.min)).toBeGreaterThan(28);
  expect(millis(metrics.serviceTime.p50)).toBeLessThan(40);
  expect(metrics.throughputPerSecond).toBeLessThan(4 / 0.029);
  // Each user begins its next request with the reply to the one before: in one second as many as fit, give or take one.
  const rate = 4000 / millis(metrics.responseTime.mean);
  expect(Math.abs(metrics.throughputPerSecond - rate)).toBeLessThan(4 + 0.1 * rate);
  expect(metrics.requests.completed).toBe(metrics.requests.sent);
});

/** Answers at once, except that what comes from 300 ms after its first request on waits for 700 ms. */
function freezing() {
  const held: Exchange[] = [];
  let first = 0;
  let thawed = false;
  const thaw = (): void => {
    thawed = true;
    for (const one of held) one.send(reply(one.id));
  };
  return (exchange: Exchange): void => {
    const now = performance.now();
    first ||= now;
    if (thawed || now - first < 300) exchange.send(reply(exchange.id));
    else if (held.push(exchange) === 1) setTimeout(thaw, first + 700 - now);
  };
}

test('a freeze is charged to all who arrive in it, which a closed loop hides', async () => {
  const one = await serve(startWebSocketServer, { answer: freezing() });
  const open = barePlan({ target: one.url, rate: '500', duration: '1s', vus: '4' });
  const { metrics: seen } = await finished(startRun(open).result);
  expect(seen.requests).toMatchObject({ planned: 500, completed: 500 });
  // A share of 0.4 waits, evenly up to 400 ms: a tenth of all waits longer than 300.
  expect(millis(seen.responseTime.p90)).toBeGreaterThan(250);
  expect(millis(seen.responseTime.p90)).toBeLessThan(350);
  expect(millis(seen.responseTime.p50)).toBeLessThan(50);

  const other = await serve(startWebSocketServer, { answer: freezing() });
  const closed = barePlan({ target: other.url, vus: '1', duration: '1s' });
  const { metrics: hidden, warnings } = await finished(startRun(closed).result);
  expect(millis(hidden.responseTime.max)).toBeGreaterThan(350);
  expect(millis(hidden.responseTime.p90)).toBeLessThan(50);
  expect(warnings.map(({ code }) => code)).toContain('closed_loop');
});

test('time-outs are counted, and censor the percentiles they reach', async () => {
  const { metrics, thresholds } = await expectVerdict('thresholds-failed', async () => {
    const server = await serve(startWebSocketServer, {
      answer: (exchange) => {
        if (server.received.length % 4 !== 0) exchange.send(reply(exchange.id));
      },
    });
    const plan = barePlan({ target: server.url, rate: '200', duration: '1s', vus: '4' }, { timeout: 100 });
    return finished(startRun(plan).result);
  });
  expect(metrics.outcomes).toMatchObject({ ok: 150, timeout: 50 });
  expect(metrics.errorRate).toBe(0.25);
  expect(metrics.responseTime.count).toBe(200);
  expect(metrics.responseTime.bounds).toEqual({ p90: '>=', p95: '>=', max: '>=' });
  expect(millis(metrics.responseTime.p90)).toBeGreaterThanOrEqual(100);
  expect(millis(metrics.responseTime.p50)).toBeLessThan(100);
  expect(thresholds).toEqual([{ expression: 'error_rate<0.01', value: 0.25, passed: false }]);
});

/** How much of a second a server lives that is asked all the time, in ms from its first request. */
const lifeMillis = 300;

test.each([
  ['open, slow', { rate: '100', vus: '2' }],
  ['closed, fast', { vus: '2' }],
] as const)('a server that dies is never a success: %s', async (_, load) => {
  let answered = 0;
  const { metrics, warnings } = await expectVerdict('unreachable', async () => {
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
  expect(result.warnings[0]).toMatchObject({ code: 'target_gone' });
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

test('a run in which every request failed is never a success', async () => {
  const error = { code: -32603, message: 'no' };
  const server = await serve(startWebSocketServer, {
    answer: ({ id, send }) => send(JSON.stringify({ jsonrpc: '2.0', id, error })),
  });
  const plan = barePlan({ target: server.url, vus: '1', requests: '5', thresholds: ['error_rate<=1'] });
  await expectVerdict('thresholds-failed', () => finished(startRun(plan).result));
});

test.each(servers)('a target that cannot be used ends the run before it starts: %s', async (_, start) => {
  const mistake = async (url: string, token?: string) => {
    const { result } = startRun(barePlan({ target: url, ...(token && { token }) }));
    const error = await result.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(McpbError);
    return error as McpbError;
  };
  const gone = await start();
  await gone.close();
  expect(await mistake(gone.url)).toMatchObject({ code: 'MCPB_E_UNREACHABLE', exitCode: 3 });
  const guarded = await serve(start, { token: 'right' });
  expect(await mistake(guarded.url, 'wrong')).toMatchObject({ code: 'MCPB_E_UNAUTHORIZED', exitCode: 3 });
  const other = await serve(start, { instead: (socket) => socket.end('220 mail.example.org ESMTP\r\n\r\n') });
  expect(await mistake(other.url)).toMatchObject({ code: 'MCPB_E_HANDSHAKE', exitCode: 3 });
});

test('the first signal awaits what is under way and keeps the result', async () => {
  const server = await serve(startWebSocketServer, { answer: answerAfter(100) });
  const running = startRun(barePlan({ target: server.url, vus: '3', duration: '60s' }));
  await expect.poll(() => server.received.length).toBeGreaterThanOrEqual(6);
  running.stop();
  const { metrics, verdict, exitCode, window } = await finished(running.result);
  expect({ verdict, exitCode }).toEqual({ verdict: 'interrupted', exitCode: 105 });
  expect(metrics.outcomes).toMatchObject({ ok: server.received.length, unanswered: 0, cancelled: 0 });
  expect(window.seconds).toBeGreaterThan(0.1);
  expect(window.seconds).toBeLessThan(10);
});

test('a threshold ends the run: what is under way is awaited, and the result says when and why', async () => {
  const server = await serve(startWebSocketServer, { answer: answerAfter(300) });
  const expression = 'response_time:p(50)<100';
  const plan = planText(
    `executor: constant-arrival-rate\nrate: 60\nduration: 60s\nwarmup: 0\nsteps: [{ call: tools/list }]\nthresholds: { response_time: [{ threshold: 'p(50)<100', abortOnFail: true }] }`,
    { target: server.url },
  );
  let notes: string[] = [];
  const { metrics, window, abortedBy, warnings, thresholds } = await expectVerdict('thresholds-failed', () => {
    notes = [];
    return finished(startRun(plan, (interval) => notes.push(...interval.notes)).result);
  });
  expect(abortedBy).toEqual({ expression, seconds: expect.any(Number) });
  expect(abortedBy?.seconds).toBeLessThan(10);
  expect(window.seconds).toBeGreaterThanOrEqual(Number(abortedBy?.seconds));
  expect(window.seconds).toBeLessThan(15);
  expect(thresholds).toMatchObject([{ expression, passed: false, aborted: true }]);
  expect(thresholds[0].value).toBeGreaterThan(290);
  expect(metrics.outcomes).toMatchObject({ unanswered: 0, cancelled: 0, ok: metrics.requests.planned });
  const sentence = /^aborted by threshold response_time:p\(50\)<100 after [0-9.]+s of 1m: it was \d{3}/;
  expect(warnings[0]).toMatchObject({ code: 'aborted', message: expect.stringMatching(sentence) });
  expect(notes.filter((note) => sentence.test(note))).toEqual([warnings[0].message]);
});

test('the threshold of one of several scenarios ends them all', async () => {
  const server = await serve(startWebSocketServer, {
    answer: ({ id, method, send }) => {
      const error = { code: -32603, message: 'no' };
      send(method === 'ping' ? JSON.stringify({ jsonrpc: '2.0', id, error }) : reply(id));
    },
  });
  const good = `executor: ramping-vus\n    stages: [{ duration: 30s, target: 3 }, { duration: 30s, target: 1 }]\n    steps: [{ call: tools/list }, { think: 20ms }]`;
  const bad = `startTime: 500ms\n    executor: ramping-arrival-rate\n    stages: [{ duration: 30s, target: 100 }]\n    steps: [{ call: ping }]\n    thresholds: [{ expression: error_rate<0.5, abortOnFail: true }]`;
  const plan = planText(`scenarios:\n  good:\n    ${good}\n  bad:\n    ${bad}\nthresholds: [error_rate<=1]`, {
    target: server.url,
  });
  const { abortedBy, thresholds, window, stages } = await finished(startRun(plan).result);
  expect(abortedBy?.expression).toBe('error_rate{scenario:bad}<0.5');
  expect(window.seconds).toBeLessThan(15);
  expect(thresholds.map(({ passed, aborted }) => [passed, aborted])).toEqual([
    [true, undefined],
    [false, true],
  ]);
  expect(stages.map(({ scenario, metrics: { requests } }) => [scenario, requests.planned > 0])).toEqual([
    ['good', true],
    ['good', false],
    ['bad', true],
  ]);
});

test('the second signal ends the run though nothing is answered', async () => {
  const server = await serve(startWebSocketServer, { answer: () => undefined });
  const running = startRun(barePlan({ target: server.url, vus: '3', duration: '60s' }));
  await expect.poll(() => server.received.length).toBe(3);
  running.stop();
  running.now();
  await expect(running.result).rejects.toMatchObject({ code: 'MCPB_E_INTERRUPTED', exitCode: 105 });
  await expect.poll(() => server.connections.now).toBe(0);
});

test('a signal while connecting ends the run', async () => {
  const connected = Promise.withResolvers<void>();
  const server = await serve(startWebSocketServer, { instead: () => connected.resolve() });
  const running = startRun(barePlan({ target: server.url, connectTimeout: '60s' }));
  await connected.promise;
  running.stop();
  await expect(running.result).rejects.toMatchObject({ code: 'MCPB_E_INTERRUPTED', exitCode: 105 });
});

test('two workers share a run', async () => {
  const server = await serve(startTcpServer, { answer: answerAfter(1) });
  const intervals: LiveInterval[] = [];
  const plan = barePlan({ target: server.url, rate: '400', requests: '501', vus: '4', workers: '2' });
  const { metrics, generator, timeline } = await finished(
    startRun(plan, (interval) => intervals.push(interval)).result,
  );
  expect(metrics.outcomes.ok).toBe(501);
  expect(server.received).toHaveLength(501);
  expect(server.connections.all, 'one more for the preflight').toBe(5);
  expect(generator.workers).toBe(2);
  expect(intervals.reduce((sum, { planned }) => sum + planned, 0)).toBe(501);
  expect(intervals[0]).toMatchObject({ second: 1, connections: 4 });
  const planned = timeline.columns.indexOf('planned');
  expect(timeline.rows.reduce((sum, row) => sum + Number(row[planned]), 0)).toBe(501);
});

test('checks are counted, thresholds are judged', async () => {
  const thresholds = [
    'checks:rate>0.8',
    'response_time:p(50)<1000',
    'throughput>1',
    'outcomes{class:timeout}:count<1',
    'connect_time:max<1000',
  ];
  const checks = [parseCheck('has tools', '$.result.tools[0]'), parseCheck('version', "$.jsonrpc == '2.0'")];
  const result = await expectVerdict('pass', async () => {
    const server = await serve(startWebSocketServer, {
      answer: ({ id, send }) => send(reply(id, { tools: server.received.length % 4 === 0 ? [] : ['x'] })),
    });
    const plain = barePlan({ target: server.url, vus: '1', requests: '40', thresholds });
    const scenarios = plain.scenarios.map((scenario) => ({
      ...scenario,
      operations: scenario.operations.map((operation) => ({ ...operation, checks })),
    }));
    return finished(startRun({ ...plain, scenarios }).result);
  });
  expect(result.checks).toEqual([
    { name: 'has tools', operation: 'tools/list', passed: 30, failed: 10 },
    { name: 'version', operation: 'tools/list', passed: 40, failed: 0 },
  ]);
  expect(result.thresholds.map(({ expression, passed }) => [expression, passed])).toEqual([
    ['checks:rate>0.8', true],
    ['response_time:p(50)<1000', true],
    ['throughput>1', true],
    ['outcomes{class:timeout}:count<1', true],
    ['connect_time:max<1000', true],
  ]);
  expect(result.thresholds[0].value).toBe(70 / 80);
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
    expect(result.warnings.some(({ code }) => code === 'target_gone')).toBe(gone);
  },
);

test.each([
  ['http', startHttpServer, 8, 2],
  ['websocket', startWebSocketServer, 2, 2],
] as const)('connections are those that the target sees: %s', async (_, start, atLeast, clients) => {
  const server = await serve(start, { answer: answerAfter(100) });
  const { metrics } = await finished(
    startRun(barePlan({ target: server.url, rate: '100', duration: '2s', vus: '2', inFlight: '16' })).result,
  );
  expect(metrics.connections.opened).toBe(clients);
  expect(metrics.connections.peak).toBe(server.connections.most);
  expect(metrics.connections.peak).toBeGreaterThanOrEqual(atLeast);
  await expect.poll(() => server.connections.now).toBe(0);
});
