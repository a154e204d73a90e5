import { describe, expect, it, onTestFinished } from 'vitest';
import { startGateway } from '../../src/gateway/gateway.ts';
import { survey } from '../../src/loadgen/survey.ts';
import type { OpenFailure } from '../../src/loadgen/transport.ts';
import { Unreachable, unreachableError } from '../../src/loadgen/unreachable.ts';
import type { Overrides } from '../../src/scenario/overrides.ts';
import type { ScenarioPlan } from '../../src/scenario/plan.ts';
import { quiet } from '../contracts/frontend.ts';
import { outcomesOf, planOf, runHere } from '../support/engine.ts';
import { startRun } from '../support/runs.ts';
import { responses, startHttpServer } from '../support/servers/http.ts';
import { serve } from '../support/servers/serve.ts';
import { type Answer, discovered, reply, rpcError, type ServerOptions } from '../support/servers/server.ts';
import { startTcpServer } from '../support/servers/tcp.ts';
import { startWebSocketServer } from '../support/servers/websocket.ts';

const transports = [
  ['http', startHttpServer],
  ['websocket', startWebSocketServer],
  ['tcp', startTcpServer],
] as const;
const multiplexed = transports.slice(1);

const unsupported = (...supported: string[]): Answer => {
  return ({ id, send }) => send(rpcError(id, -32022, { supported, requested: '2026-07-28' }));
};

/** What a target with these habits is found to be; the message where it cannot be used. */
async function found(
  start: (typeof transports)[number][1],
  options: ServerOptions,
  overrides: Overrides = {},
  changes: Partial<ScenarioPlan> = {},
) {
  const server = await serve(start, options);
  try {
    const [facts] = await survey(planOf({ target: server.url, ...overrides }, changes));
    return { ...facts, connections: server.connections.all };
  } catch (error) {
    if (error instanceof Unreachable) return error.message;
    throw error;
  }
}

describe.each(transports)('over %s, auto', (_, start) => {
  const legacy = { era: 'legacy', server: { name: 'scripted', version: '1' } };

  it.each<[string, Answer, object]>([
    [
      'a modern server',
      ({ id, send }) => send(discovered(id)),
      { era: 'modern', server: { name: 'modern', version: '2' } },
    ],
    ['one of both eras', ({ id, send }) => send(discovered(id, ['2026-07-28', '2025-11-25'])), { era: 'modern' }],
    ['one that names no modern version', ({ id, send }) => send(discovered(id, ['2025-11-25'])), legacy],
    ['a result that says nothing', ({ id, send }) => send(reply(id)), legacy],
    ['an unknown method', ({ id, send }) => send(rpcError(id, -32601)), legacy],
    ['−32000, not initialised', ({ id, send }) => send(rpcError(id, -32000)), legacy],
    ['an error without an id', ({ send }) => send('{"jsonrpc":"2.0","id":null,"error":{"code":-32600}}'), legacy],
    ['−32022 with legacy versions', unsupported('2025-11-25', '2024-11-05'), legacy],
    ['−32022 with ours among others', unsupported('2025-11-25', '2026-07-28'), { era: 'modern' }],
    ['−32022 with nothing', ({ id, send }) => send(rpcError(id, -32022)), legacy],
    ['−32020, a header', ({ id, send }) => send(rpcError(id, -32020)), { era: 'modern' }],
    ['−32021, a capability', ({ id, send }) => send(rpcError(id, -32021)), { era: 'modern' }],
  ])('%s', async (_, answerDiscover, era) => {
    expect(await found(start, { answerDiscover })).toMatchObject({ ...era, connections: 1 });
  });

  it('refuses a server whose modern versions are all unknown to us', async () => {
    const message = await found(start, { answerDiscover: unsupported('2027-01-01', '2028-01-01') });
    expect(message).toBe('it speaks only MCP 2027-01-01, 2028-01-01');
  });

  it('refuses what is not JSON', async () => {
    const message = await found(start, { answerDiscover: ({ send }) => send('welcome') });
    expect(message).toContain('not JSON-RPC: welcome');
  });

  it('does not ask where the scenario itself begins with initialize', async () => {
    const steps = [{ type: 'initialize' as const }, { type: 'call' as const, operation: 0 }];
    const answerDiscover: Answer = ({ id, send }) => send(discovered(id));
    expect(await found(start, { answerDiscover }, {}, { steps })).toMatchObject(legacy);
  });

  it('asks also where nothing is implied, and then implies nothing', async () => {
    const facts = await found(start, {}, {}, { lifecycle: 'none' });
    expect(facts).toMatchObject({ era: 'legacy', connections: 1 });
    expect(facts).not.toHaveProperty('server');
  });
});

describe.each(multiplexed)('over %s, auto', (_, start) => {
  it('takes silence for legacy', async () => {
    const facts = await found(start, { answerDiscover: () => undefined }, {}, { connectTimeout: 400 });
    expect(facts).toMatchObject({ era: 'legacy', connections: 1 });
  });

  it('takes a closed connection for legacy, and comes again', async () => {
    expect(await found(start, { answerDiscover: ({ end }) => end() })).toMatchObject({ era: 'legacy', connections: 2 });
  });
});

describe('over http, auto', () => {
  const status = (code: number, body?: string): Answer => {
    return (exchange) => responses.get(exchange)?.writeHead(code, { 'content-type': 'application/json' }).end(body);
  };
  const error = (code: number, data?: unknown) => rpcError(1, code, data);

  it.each<[string, Answer, string]>([
    ['400 without a body', status(400), 'legacy'],
    ['400 with a page', status(400, '<html>'), 'legacy'],
    ['400, not initialised', status(400, error(-32000)), 'legacy'],
    ['400, only legacy versions', status(400, error(-32022, { supported: ['2025-06-18'] })), 'legacy'],
    ['400, our version', status(400, error(-32022, { supported: ['2026-07-28'] })), 'modern'],
    ['400, a header', status(400, error(-32020)), 'modern'],
    ['404', status(404), 'legacy'],
    ['404, unknown method', status(404, error(-32601)), 'legacy'],
    ['405', status(405), 'legacy'],
    ['415', status(415), 'legacy'],
    ['202', status(202), 'legacy'],
  ])('%s', async (_, answerDiscover, era) => {
    expect(await found(startHttpServer, { answerDiscover })).toMatchObject({ era });
  });

  it.each<[string, Answer, string]>([
    ['401', status(401), 'HTTP 401'],
    ['403', status(403), 'HTTP 403'],
    ['500', status(500), 'HTTP 500'],
    ['silence', () => undefined, 'no answer within 300 ms'],
    ['a closed connection', ({ drop }) => drop(), 'ECONNRESET'],
    ['what is not HTTP', ({ write }) => write('220 mail\r\n\r\n'), 'not a JSON-RPC reply'],
  ])('cannot use a target that answers with %s', async (_, answerDiscover, says) => {
    expect(await found(startHttpServer, { answerDiscover }, {}, { connectTimeout: 300 })).toContain(says);
  });
});

describe.each(transports)('over %s, as told', (_, start) => {
  const modern: ServerOptions = { answerDiscover: ({ id, send }) => send(discovered(id)) };

  it('legacy: does not ask', async () => {
    expect(await found(start, modern, { era: 'legacy' })).toMatchObject({
      era: 'legacy',
      server: { name: 'scripted' },
    });
  });

  it.each<[string, Answer]>([
    ['an unknown method', ({ id, send }) => send(rpcError(id, -32601))],
    ['another version', unsupported('2026-07-28')],
    ['the end of the connection', ({ drop }) => drop()],
  ])('legacy: says of a target that is modern only what it is, which answers initialize with %s', async (_, answer) => {
    const server = await serve(start, { ...modern, answerInitialize: answer });
    const plan = planOf({ target: server.url, era: 'legacy' });
    const failure = await survey(plan).catch((error) => (error instanceof Unreachable ? error.failure : undefined));
    expect(failure).toMatchObject({ code: 'MODERN_ONLY' });
    const { message, hint } = unreachableError(plan, failure as OpenFailure);
    expect(message).toContain('does not complete the handshake: it speaks only the modern era of MCP (');
    expect(hint).toContain('--era modern');
    expect(server.connections.all, 'asked on another').toBe(2);
  });

  it('legacy: says nothing of eras where a target speaks neither', async () => {
    const options = { answerInitialize: unsupported('1.0') };
    const message = await found(start, options, { era: 'legacy' }, { connectTimeout: 200 });
    expect(message).toMatch(/^initialize was refused: .*-32022/);
  });

  it('modern: refuses a target that is not', async () => {
    expect(await found(start, {}, { era: 'modern' })).toMatch(/^it does not speak MCP 2026-07-28: .*-32601/);
  });

  it('modern, nothing implied: believes it', async () => {
    expect(await found(start, {}, { era: 'modern' }, { lifecycle: 'none' })).toMatchObject({ era: 'modern' });
  });

  it('modern: every request says so, and no session is opened', async () => {
    const initialized: string[] = [];
    const server = await serve(start, { ...modern, answerInitialize: ({ text }) => initialized.push(text) });
    const metrics = await runHere(planOf({ target: server.url, vus: '2', requests: '6', warmup: '0' }));
    expect(outcomesOf(metrics)).toEqual({ ok: 6 });
    expect(initialized).toEqual([]);
    expect(server.notifications).toEqual([]);
    expect(server.received).toHaveLength(6);
    for (const { text } of server.received)
      expect(JSON.parse(text).params._meta).toEqual({
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientInfo': { name: 'mcpb', version: '1' },
        'io.modelcontextprotocol/clientCapabilities': {},
      });
  });

  it.each([
    ['complete', {}, { ok: 4 }],
    ['no resultType at all', { resultType: undefined }, { ok: 4 }],
    ['input_required', { resultType: 'input_required' }, { tool_error: 4 }],
    ['a task', { resultType: 'task' }, { tool_error: 4 }],
    ['complete, with another inside', { structuredContent: { resultType: 'x' } }, { ok: 4 }],
  ])('modern: a result that is %s', async (_, result, outcomes) => {
    const answer: Answer = ({ id, send }) => send(reply(id, { content: [], resultType: 'complete', ...result }));
    const server = await serve(start, { ...modern, answer });
    const metrics = await runHere(planOf({ target: server.url, vus: '1', requests: '4', warmup: '0' }));
    expect(outcomesOf(metrics)).toEqual(outcomes);
  });

  it('modern: asks nothing of a client, so that nothing is answered', async () => {
    const request = '{"jsonrpc":"2.0","id":"s1","method":"ping"}';
    const answer: Answer = ({ id, send }) => send(request, reply(id));
    const server = await serve(start, { ...modern, answer });
    const metrics = await runHere(planOf({ target: server.url, vus: '1', requests: '3', warmup: '0' }));
    expect(outcomesOf(metrics)).toEqual({ ok: 3 });
    expect(metrics.correlation.serverRequests).toBe(3);
    expect(server.answers).toEqual([]);
  });
});

describe('auto, against the bundled gateway', () => {
  it('finds legacy with one connection on every transport, long before any time-out', async () => {
    const gateway = await startGateway(quiet);
    onTestFinished(() => gateway.stop());
    for (const target of Object.values(gateway.addresses)) {
      const from = performance.now();
      const [facts] = await survey(planOf({ target }));
      expect(facts).toMatchObject({ era: 'legacy', server: { name: expect.stringContaining('mcp') } });
      // Silence would be taken for legacy after half of the five seconds that connecting may take.
      expect(performance.now() - from).toBeLessThan(2000);
    }
  });
});

describe('the status of a refusal over http', () => {
  const refusing = (status: number, code: number): Answer => {
    return (exchange) => responses.get(exchange)?.writeHead(status).end(rpcError(exchange.id, code));
  };

  it.each([
    ['modern', 404, -32601, { rpc_error: 3 }],
    ['modern', 400, -32020, { rpc_error: 3 }],
    ['modern', 400, -32022, { rpc_error: 3 }],
    ['modern', 429, 4290, { http_status: 3 }],
    ['modern', 503, 5030, { http_status: 3 }],
    ['legacy', 404, -32601, { session_lost: 3 }],
    ['legacy', 400, -32022, { http_status: 3 }],
  ] as const)('%s: %i with %i in the body', async (era, status, code, outcomes) => {
    const answerDiscover: Answer = ({ id, send }) => send(discovered(id));
    const server = await serve(startHttpServer, { answerDiscover, answer: refusing(status, code) });
    const metrics = await runHere(planOf({ target: server.url, era, vus: '1', requests: '3', warmup: '0' }));
    expect(outcomesOf(metrics)).toEqual(outcomes);
  });

  it('is counted by era', async () => {
    const answerDiscover: Answer = ({ id, send }) => send(discovered(id));
    const modern = await serve(startHttpServer, { answerDiscover, answer: refusing(503, 1) });
    const legacy = await serve(startHttpServer, { answer: refusing(429, 1) });
    const load = { vus: '1', requests: '3' };
    const plan = planOf({ target: modern.url, ...load });
    const [other] = planOf({ target: legacy.url, ...load }).scenarios;
    const scenarios = [...plan.scenarios, { ...other, name: 'other' }];
    const { metrics, target } = await startRun({ ...plan, scenarios }).result;
    expect(target.era).toBe('legacy+modern');
    expect(metrics.httpStatus).toEqual({ 503: 3, 429: 3 });
    expect(metrics.httpStatusByEra).toEqual({ modern: { 503: 3 }, legacy: { 429: 3 } });
  });

  it.each([404, 400])('modern: %i without an error in the body stays a status', async (status) => {
    const answerDiscover: Answer = ({ id, send }) => send(discovered(id));
    const answer: Answer = (exchange) => responses.get(exchange)?.writeHead(status).end('<html>');
    const server = await serve(startHttpServer, { answerDiscover, answer });
    const metrics = await runHere(planOf({ target: server.url, vus: '1', requests: '3', warmup: '0' }));
    expect(outcomesOf(metrics)).toEqual({ http_status: 3 });
  });
});
