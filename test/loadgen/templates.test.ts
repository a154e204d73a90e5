import { describe, expect, it } from 'vitest';
import type { Overrides } from '../../src/scenario/overrides.ts';
import type { Plan } from '../../src/scenario/plan.ts';
import { planFiles } from '../scenario/planning.ts';
import { outcomesOf, runHere, startEngine } from '../support/engine.ts';
import { startHttpServer } from '../support/servers/http.ts';
import { serve, type TransportCase } from '../support/servers/serve.ts';
import { answerAfter, type Exchange, reply, type TestServer } from '../support/servers/server.ts';
import { startTcpServer } from '../support/servers/tcp.ts';
import { startWebSocketServer } from '../support/servers/websocket.ts';

const transports = [
  ['websocket', startWebSocketServer],
  ['http', startHttpServer],
] as const satisfies readonly (readonly [string, TransportCase['start']])[];

/** So many iterations of each user. */
const each = (iterations: number): string => `executor: per-vu-iterations\niterations: ${iterations}\n`;

const echo = (args: string): string =>
  `warmup: 0\ncooldown: 0\nsteps: [{ call: tools/call, name: echo, arguments: ${args} }]\n`;

function planned(server: TestServer, text: string, overrides: Overrides, files: Record<string, string> = {}): Plan {
  return planFiles({ 'x.yaml': text, ...files }, { target: server.url, ...overrides });
}

const parametersOf = ({ text }: Exchange) => JSON.parse(text).params;
const argumentsOf = (server: TestServer): Record<string, unknown>[] =>
  server.received.map((exchange) => parametersOf(exchange).arguments);

async function onWorkers(plan: Plan, workers: number): Promise<void> {
  const engines = Array.from({ length: workers }, (_, worker) => startEngine({ ...plan, workers }, worker, workers));
  await Promise.all(engines.map(({ done }) => done));
}

describe.each(transports)('over %s', (_, start) => {
  it('every virtual user counts its iterations', async () => {
    const server = await serve(start, { answer: answerAfter(1) });
    const text = `${each(20)}${echo('{ m: "hi {{vu}} {{iteration}}", vu: "{{vu}}", i: "{{iteration}}" }')}`;
    const metrics = await runHere(planned(server, text, { vus: '3' }));
    expect(outcomesOf(metrics)).toEqual({ ok: 60 });
    const next = new Map<unknown, number>();
    for (const { m, vu, i } of argumentsOf(server)) {
      expect(i).toBe(next.get(vu) ?? 0);
      next.set(vu, Number(i) + 1);
      expect(m).toBe(`hi ${String(vu).padStart(7, '0')} ${String(i).padStart(10, '0')}`);
    }
    expect([...next.keys()].sort()).toEqual([1, 2, 3]);
  });

  it('any number of workers sends the same requests', async () => {
    const sent: string[][] = [];
    const text = `data: { w: { csv: w.csv }, r: { csv: r.csv, pick: random } }\n${echo(
      '{ w: "{{data.word}}", v: "{{vu}}", i: "{{iteration}}", r: "{{random(9)}}" }',
    )}`;
    const random = 'x: "{{data.x}}", r: "{{random(2)}}"';
    const steps = `${text.trimEnd().slice(0, -1)}, { call: tools/call, name: b, arguments: { ${random} } }]\n`;
    const files = { 'w.csv': 'word\na\nbb\nccc\ndddd\ne\n', 'r.csv': `x\n${[...'qwertyuiop'].join('\n')}\n` };
    for (const workers of [1, 2, 3]) {
      const server = await serve(start, { answer: answerAfter(1) });
      await onWorkers(planned(server, steps, { rate: '600', duration: '200ms', vus: '4' }, files), workers);
      expect(server.received.length).toBe(240);
      sent.push(server.received.map((exchange) => JSON.stringify(parametersOf(exchange))).sort());
    }
    expect(sent[1]).toEqual(sent[0]);
    expect(sent[2]).toEqual(sent[0]);
    expect(new Set(sent[0]).size).toBeGreaterThan(150);
  });

  it('a later page is asked for with the cursor of the one before', async () => {
    const server = await serve(start, { answer: pages(3) });
    const metrics = await runHere(planned(server, pagination, { vus: '2', duration: '300ms' }));
    const cursors = server.received.map((exchange) => parametersOf(exchange)?.cursor);
    for (const cursor of cursors) expect([undefined, 'page "1"', 'page "2"']).toContain(cursor);
    const { outcomes } = metrics;
    expect(outcomes.ok).toBeGreaterThanOrEqual(6);
    expect(Math.abs(outcomes.ok - 3 * outcomes.skipped), 'the last page has no cursor').toBeLessThanOrEqual(6);
    expect(metrics.requests.sent).toBe(outcomes.ok);
    expect(metrics.responseTime.count).toBe(outcomes.ok);
  });
});

const pagination = [
  'warmup: 0',
  'cooldown: 0',
  'steps:',
  '  - { call: tools/list, as: first, capture: { cursor: $.result.nextCursor } }',
  ...[2, 3, 4].map(
    (page) =>
      `  - { call: tools/list, as: page ${page}, arguments: { cursor: "{{cursor}}" }, capture: { cursor: $.result.nextCursor } }`,
  ),
].join('\n');

/** Lists tools on so many pages. */
function pages(count: number) {
  return (exchange: Exchange) => {
    const page = Number(/\d/.exec(parametersOf(exchange)?.cursor ?? '0')?.[0]);
    const next = page + 1 < count ? { nextCursor: `page "${page + 1}"` } : {};
    exchange.send(reply(exchange.id, { tools: [], ...next }));
  };
}

describe('captures', () => {
  const two = (more = ''): string =>
    [
      'warmup: 0',
      'cooldown: 0',
      'steps:',
      '  - { call: tools/list, capture: { token: $.result.token } }',
      `  - { call: tools/call, name: use, arguments: { token: "{{token}}", m: "<{{token}}>", n: "{{random(3)}}" } }`,
      more,
    ].join('\n');

  it('belong to their iteration, however many are under way', async () => {
    let issued = 0;
    const uses: string[] = [];
    const server = await serve(startWebSocketServer, {
      answer: (exchange) => {
        const { id, method } = exchange;
        if (method === 'tools/list') {
          const token = `t${issued++}`;
          setTimeout(() => exchange.send(reply(id, { token })), issued % 7);
        } else {
          uses.push(parametersOf(exchange).arguments.token);
          exchange.send(reply(id));
        }
      },
    });
    await runHere(planned(server, two(), { vus: '2', inFlight: '5', duration: '200ms' }));
    expect(uses.length).toBeGreaterThan(40);
    expect(new Set(uses).size, 'none is used twice').toBe(uses.length);
    expect(uses.length).toBeGreaterThanOrEqual(issued - 10);
  });

  it.each([
    ['a number', 7, 7, '<7>'],
    ['an object', { a: ['"'] }, { a: ['"'] }, '<{"a":["\\""]}>'],
    ['a text', 'ä"\n', 'ä"\n', '<ä"\n>'],
    ['null', null, null, '<null>'],
  ])('keep what they are: %s', async (_, token, whole, inside) => {
    const server = await serve(startHttpServer, {
      answer: ({ id, send }) => send(reply(id, { token })),
    });
    const metrics = await runHere(planned(server, two(), { vus: '1', duration: '100ms' }));
    expect(metrics.outcomes.skipped).toBe(0);
    const used = server.received
      .filter(({ method }) => method === 'tools/call')
      .map((one) => parametersOf(one).arguments);
    expect(used.length).toBeGreaterThan(0);
    for (const { token, m, n } of used) {
      expect([token, m]).toEqual([whole, inside]);
      expect(n).toBeLessThan(1000);
    }
  });

  it.each([
    [
      'an error',
      (id: number) => JSON.stringify({ jsonrpc: '2.0', id, error: { code: 1, message: '' }, result: { token: 1 } }),
    ],
    ['a reply without it', (id: number) => reply(id, { tools: [] })],
  ])('that were not found in %s skip the calls that carry them', async (_, answer) => {
    const server = await serve(startTcpServer, { answer: ({ id, send }) => send(answer(id)) });
    const more = '  - { call: ping }';
    const metrics = await runHere(planned(server, two(more), { vus: '2', duration: '100ms' }));
    const count = (method: string) => server.received.filter((one) => one.method === method).length;
    expect(count('tools/call')).toBe(0);
    expect(count('tools/list')).toBeGreaterThan(2);
    expect(Math.abs(metrics.outcomes.skipped - count('ping'))).toBeLessThanOrEqual(4);
    expect(count('ping'), 'the iteration goes on').toBeGreaterThan(2);
    expect(metrics.errorRate).toBeGreaterThan(0.3);
  });

  it('do not outlive a call that failed to renew them', async () => {
    let lists = 0;
    const server = await serve(startWebSocketServer, {
      answer: (exchange) => {
        const { id, method } = exchange;
        if (method !== 'tools/list') return exchange.send(reply(id));
        exchange.send(lists++ % 2 === 0 ? reply(id, { token: lists }) : reply(id, { tools: [] }));
      },
    });
    const text = two('  - { call: tools/list, capture: { token: $.result.token } }').split('\n');
    const again = [...text, text[4].replace('name: use', 'name: use-again')].join('\n');
    const { outcomes } = await runHere(planned(server, each(20) + again, { vus: '1' }));
    const names = server.received.flatMap((one) => parametersOf(one)?.name ?? []);
    expect(new Set(names)).toEqual(new Set(['use']));
    expect(outcomes.skipped).toBeGreaterThanOrEqual(names.length - 1);
  });
});

describe('data', () => {
  const csv = { 'w.csv': `word\n${[...'abcdefg'].join('\n')}\n` };

  it('picked in order comes in order, round and round', async () => {
    const server = await serve(startWebSocketServer, { answer: answerAfter(0) });
    const text = `data: { w: { csv: w.csv } }\n${echo('{ w: "{{data.word}}" }')}`;
    await runHere(planned(server, text, { rate: '500', requests: '70', vus: '1' }, csv));
    expect(argumentsOf(server).map(({ w }) => w)).toEqual([...'abcdefg'.repeat(10)]);
  });

  it('picked in order is used evenly by users that loop', async () => {
    const server = await serve(startWebSocketServer, { answer: answerAfter(1) });
    const text = `${each(30)}data: { w: { csv: w.csv } }\n${echo('{ w: "{{data.word}}", v: "{{vu}}", i: "{{iteration}}" }')}`;
    await runHere(planned(server, text, { vus: '3' }, csv));
    expect(server.received).toHaveLength(90);
    for (const { w, v, i } of argumentsOf(server)) expect(w).toBe('abcdefg'[(Number(v) - 1 + 3 * Number(i)) % 7]);
  });

  it('picked by lot is spread over all rows', async () => {
    const server = await serve(startTcpServer, { answer: answerAfter(0) });
    const text = `data: { w: { csv: w.csv, pick: random } }\n${echo('{ w: "{{w.word}}" }'.replace('w.word', 'data.w.word'))}`;
    await runHere(planned(server, text, { rate: '2000', requests: '700', vus: '4' }, csv));
    const found = argumentsOf(server).map(({ w }) => String(w));
    expect(new Set(found)).toEqual(new Set('abcdefg'));
    for (const word of 'abcdefg') expect(Math.abs(found.filter((one) => one === word).length - 100)).toBeLessThan(45);
  });

  it('of NDJSON keeps its types, of CSV is text unless asked for as a number', async () => {
    const server = await serve(startHttpServer, { answer: answerAfter(0) });
    const text = `data: { n: { ndjson: n.ndjson }, c: { csv: c.csv } }\n${echo(
      '{ a: "{{data.a}}", s: "{{string(data.a)}}", t: "-{{data.a}}-", c: "{{data.x}}", n: "{{number(data.x)}}" }',
    )}`;
    const files = { 'n.ndjson': '{"a":[1,{"b":null}]}\n', 'c.csv': 'x\r\n12345678901234567890\r\n' };
    const metrics = await runHere(planned(server, text, { vus: '1', requests: '3' }, files));
    expect(outcomesOf(metrics)).toEqual({ ok: 3 });
    for (const { text: sent } of server.received)
      expect(sent).toContain(
        `{"a":[1,{"b":null}],"s":"[1,{\\"b\\":null}]","t":"-[1,{\\"b\\":null}]-","c":"12345678901234567890","n":12345678901234567890}`,
      );
  });
});

it('a request that waits to be written is not changed by the next', async () => {
  const filler = 'x'.repeat(200_000);
  const server = await serve(startWebSocketServer, {
    answer: (exchange) => {
      if (server.received.length === 1) {
        exchange.pause();
        setTimeout(exchange.resume, 150);
      }
      exchange.send(reply(exchange.id));
    },
  });
  const text = `data: { w: { csv: w.csv } }\n${echo(`{ i: "{{iteration}}", m: "${filler}{{data.word}}" }`)}`;
  const files = { 'w.csv': 'word\na\nbb\n' };
  const plan = planned(server, text, { vus: '4', inFlight: '40', requests: '200' }, files);
  expect(outcomesOf(await runHere(plan))).toEqual({ ok: 200 });
  for (const { m } of argumentsOf(server)) expect(String(m)).toMatch(/^x{200000}(a|bb)$/);
  expect(new Set(server.received.map(({ id }) => id)).size).toBe(200);
});
