import { describe, expect, it, onTestFinished, test } from 'vitest';
import { TimeLimit } from '../../src/loadgen/json-schema/expression.ts';
import { makeArguments } from '../../src/loadgen/made-arguments.ts';
import { survey } from '../../src/loadgen/survey.ts';
import { Unreachable, unreachableError } from '../../src/loadgen/unreachable.ts';
import type { Overrides } from '../../src/scenario/overrides.ts';
import type { Plan } from '../../src/scenario/plan.ts';
import { planFor } from '../../src/scenario/resolve.ts';
import { startSdkServer } from '../router/sdk-server.ts';
import { planFiles, planText } from '../scenario/planning.ts';
import { outcomesOf, runHere, startEngine } from '../support/engine.ts';
import { validatorOf } from '../support/json-schema.ts';
import { everythingOverStdio } from '../support/peers.ts';
import { startHttpServer } from '../support/servers/http.ts';
import { startLinesServer } from '../support/servers/lines.ts';
import { startSdkV2 } from '../support/servers/sdk-v2.ts';
import { serve } from '../support/servers/serve.ts';
import { type Answer, discovered, type Exchange, reply, rpcError } from '../support/servers/server.ts';
import { startSseServer } from '../support/servers/sse.ts';
import { startTcpServer } from '../support/servers/tcp.ts';
import { startWebSocketServer } from '../support/servers/websocket.ts';

/** Calls of a tool with arguments from its schema, as typed. */
function callsOf(name: string, overrides: Overrides): Plan {
  const operation = { method: 'tools/call', name, arguments: 'fromSchema' };
  return planFor(
    { operation, overrides: { requests: '120', vus: '2', warmup: '0', ...overrides } },
    { env: {}, cwd: '/', cores: 2 },
  );
}

async function sdkV2(): Promise<string> {
  const { url, close } = await startSdkV2();
  onTestFinished(close);
  return url;
}

async function sdkV1(): Promise<string> {
  const { url, close } = await startSdkServer({ json: true });
  onTestFinished(close);
  return url;
}

describe('the official SDK, which checks arguments itself, accepts all of them', () => {
  it.each<[string, string, () => Promise<string> | string, Overrides]>([
    ['many kinds over HTTP in the modern era', 'book', sdkV2, {}],
    ['some repeated in headers', 'south', sdkV2, {}],
    ['over HTTP in the legacy era', 'book', sdkV2, { era: 'legacy' }],
    ['of its 1.x line', 'add', sdkV1, {}],
    ['over stdio', 'get-annotated-message', () => everythingOverStdio, { connectTimeout: '30s' }],
  ])('%s', async (_, tool, start, overrides) => {
    const metrics = await runHere(callsOf(tool, { target: await start(), requests: '60', ...overrides }));
    expect(outcomesOf(metrics)).toEqual({ ok: 60 });
  });
});

const schema = {
  type: 'object',
  properties: { word: { type: 'string', minLength: 6 }, count: { type: 'integer', minimum: 1 } },
  required: ['word'],
  additionalProperties: false,
};
const tools = [
  [{ name: 'other', inputSchema: {} }],
  [
    { name: 'say', inputSchema: schema },
    { name: 'odd', inputSchema: { type: 'object', unevaluatedProperties: false } },
  ],
];

/** Lists its tools on two pages. */
const answer: Answer = (exchange) => {
  const page = Number(JSON.parse(exchange.text).params?.cursor ?? 0);
  const next = page + 1 < tools.length ? { nextCursor: String(page + 1) } : {};
  exchange.send(reply(exchange.id, exchange.method === 'tools/list' ? { tools: tools[page], ...next } : {}));
};

const argumentsIn = (received: readonly Exchange[]): Record<string, unknown>[] =>
  received.filter(({ method }) => method === 'tools/call').map(({ text }) => JSON.parse(text).params.arguments);

test.each([
  ['http, legacy', startHttpServer, false],
  ['http, modern', startHttpServer, true],
  ['websocket, legacy', startWebSocketServer, false],
  ['websocket, modern', startWebSocketServer, true],
  ['tcp', startTcpServer, false],
  ['lines', startLinesServer, false],
  ['sse', startSseServer, false],
])('over %s the target is asked what its tool takes', async (_, start, modern) => {
  const answerDiscover: Answer = ({ id, send }) => send(modern ? discovered(id) : rpcError(id, -32601));
  const server = await serve(start, { answer, answerDiscover });
  expect(outcomesOf(await runHere(callsOf('say', { target: server.url })))).toEqual({ ok: 120 });
  const sent = argumentsIn(server.received);
  expect(sent).toHaveLength(120);
  const faults = validatorOf(schema);
  for (const one of sent) expect(faults(one), JSON.stringify(one)).toBeUndefined();
  expect(new Set(sent.map(({ word }) => word)).size, 'they differ').toBeGreaterThan(80);
});

test('any number of workers sends the same arguments, every call of a session others', async () => {
  const text = `warmup: 0
executor: session-arrival
sessions: { rate: 200/s, calls: 3 }
duration: 200ms
steps: [{ call: tools/call, name: say, arguments: fromSchema }]
`;
  const sent: string[][] = [];
  for (const workers of [1, 3]) {
    const server = await serve(startTcpServer, { answer });
    const plan = planText(text, { target: server.url });
    const engines = Array.from({ length: workers }, (_, worker) => startEngine({ ...plan, workers }, worker, workers));
    await Promise.all(engines.map(({ done }) => done));
    sent.push(
      argumentsIn(server.received)
        .map((one) => JSON.stringify(one))
        .sort(),
    );
  }
  expect(sent[0]).toHaveLength(120);
  expect(sent[1]).toEqual(sent[0]);
  expect(new Set(sent[0]).size).toBeGreaterThan(100);
});

test('it goes without initialize where nothing is implied', async () => {
  const server = await serve(startWebSocketServer, { answer });
  const text = `lifecycle: none\nera: legacy\nwarmup: 0\nsteps: [{ call: tools/call, name: say, arguments: fromSchema }]\n`;
  expect(outcomesOf(await runHere(planText(text, { target: server.url, requests: '20' })))).toEqual({ ok: 20 });
});

describe('what cannot be made is said before the load', () => {
  const listed =
    (result: unknown): Answer =>
    ({ id, send }) =>
      send(reply(id, result));

  it.each<[string, string, Answer, string]>([
    ['no such tool', 'sya', answer, 'there is no tool "sya" — did you mean "say"? (other, say, odd)'],
    ['no tools', 'say', listed({ tools: [] }), 'there is no tool "say": the target has none'],
    [
      'no list',
      'say',
      ({ id, send }) => send(rpcError(id, -32601)),
      'what tools there are is not known: tools/list was',
    ],
    [
      'a keyword that is not followed',
      'odd',
      answer,
      'no arguments can be made for the tool "odd": inputSchema: "unevaluatedProperties" is not followed',
    ],
  ])('%s', async (_, tool, answers, message) => {
    const server = await serve(startHttpServer, { answer: answers });
    const plan = callsOf(tool, { target: server.url });
    const failure = await survey(plan).catch((error: unknown) => error);
    if (!(failure instanceof Unreachable)) return expect.unreachable(String(failure));
    const error = unreachableError(plan, failure.failure);
    expect(error).toMatchObject({ code: 'MCPB_E_ARGUMENTS', exitCode: 104 });
    expect(error.message).toContain(message);
  });
});

test('a pattern that backtracks without an end keeps nobody waiting', () => {
  const properties = { word: { enum: [`${'a'.repeat(40)}!`], pattern: '^(a+)+$' } };
  const list = { names: ['say'], schemas: { say: { type: 'object', properties, required: ['word'] } } };
  const making = () => makeArguments(new Set(list.names), list, 1, new TimeLimit(100));
  expect(making).toThrow(Unreachable);
  expect(making).toThrow(
    expect.objectContaining({
      failure: {
        reason: 'arguments',
        message:
          'no arguments can be made for the tool "say": inputSchema: none is made within 0.1 s; the pattern tried last: ^(a+)+$',
      },
    }),
  );
});

describe('templates over HTTP in the modern era', () => {
  const csv = { 'w.csv': 'word,tool\nsüd west,add\nplain,book\n', 'f.ndjson': '{"urgent":true}\n{"urgent":false}\n' };

  it.each([
    ['in what no header repeats', `name: add, arguments: { a: '{{vu}}', b: '{{iteration}}' }`],
    ['numbers in a header', `name: south, arguments: { region: 'r {{random(4)}}', options: { urgent: true } }`],
    ['columns in headers', `name: south, arguments: { region: '{{data.word}}', options: { urgent: false } }`],
    [
      'columns of two files in headers',
      `name: south, arguments: { region: 'x{{data.word}}', options: { urgent: '{{data.urgent}}' } }`,
    ],
  ])('%s', async (_, call) => {
    const head = 'warmup: 0\nera: modern\ndata: { w: { csv: w.csv }, f: { ndjson: f.ndjson } }\n';
    const files = { 'x.yaml': `${head}steps: [{ call: tools/call, ${call} }]\n`, ...csv };
    const metrics = await runHere(planFiles(files, { target: await sdkV2(), vus: '2', requests: '40' }));
    expect(outcomesOf(metrics)).toEqual({ ok: 40 });
  });

  it('a column names the tool, and a capture is repeated', async () => {
    const steps = `steps:
  - { call: tools/call, name: '{{data.tool}}', as: any, arguments: { a: 1, b: 2 }, capture: { sum: '$.result.content[0].text' } }
  - { call: tools/call, name: south, arguments: { region: 'sum {{sum}}', options: { urgent: true } } }
`;
    const files = {
      'x.yaml': `executor: per-vu-iterations\niterations: 10\ndata: { w: { csv: t.csv } }\n${steps}`,
      't.csv': 'tool\nadd\n',
    };
    const metrics = await runHere(planFiles(files, { target: await sdkV2(), vus: '1' }));
    expect(outcomesOf(metrics)).toEqual({ ok: 20 });
  });
});
