import { describe, expect, it, onTestFinished } from 'vitest';
import type { TransportKind } from '../../src/scenario/plan.ts';
import { outcomesOf, planOf, runHere, startEngine } from '../support/engine.ts';
import {
  type Answer,
  answerAfter,
  type Exchange,
  notification,
  reply,
  type ServerOptions,
  type TestServer,
  trickle,
} from '../support/servers/server.ts';

export interface TransportCase {
  readonly name: TransportKind;
  start(options?: ServerOptions): Promise<TestServer>;
  /** One connection carries many exchanges, so that only ids tell replies apart. */
  readonly multiplexed: boolean;
}

/** A server that lives as long as its test. */
export async function serve(start: TransportCase['start'], options: ServerOptions = {}): Promise<TestServer> {
  const server = await start(options);
  onTestFinished(() => server.close());
  return server;
}

/** What every transport does, each exchange going over a real connection to a scripted server. */
export function transportContract(transport: TransportCase): void {
  describe(`${transport.name}: any transport`, () => {
    connecting(transport);
    replies(transport);
    faults(transport);
    pressure(transport);
    closing(transport);
  });
}

function connecting({ start }: TransportCase): void {
  describe('connecting', () => {
    it('says that nothing listens', async () => {
      const server = await start();
      await server.close();
      const failure = await startEngine(planOf({ target: server.url })).failure;
      expect(failure).toMatchObject({ reason: 'refused', code: 'ECONNREFUSED' });
    });

    it('gives up a handshake that takes longer than the limit', async () => {
      const server = await serve(start, { instead: () => undefined });
      const failure = await startEngine(planOf({ target: server.url }, { connectTimeout: 150 })).failure;
      expect(failure).toMatchObject({ reason: 'timeout' });
      expect(failure.message).toContain('150 ms');
    });

    it('says that it was sent away in the middle of the handshake', async () => {
      const server = await serve(start, { instead: (socket) => socket.end() });
      const failure = await startEngine(planOf({ target: server.url })).failure;
      expect(failure.reason).toBe('closed');
    });

    it('says that the handshake is not one', async () => {
      const server = await serve(start, { instead: (socket) => socket.write('SSH-2.0-OpenSSH_9.2p1 Debian\r\n\r\n') });
      const failure = await startEngine(planOf({ target: server.url })).failure;
      expect(failure.reason).toBe('handshake');
    });

    it('shows a token, and passes on that a wrong one is refused', async () => {
      const server = await serve(start, { token: 'right' });
      const plan = (token: string) => planOf({ target: server.url, token, requests: '3', vus: '1' });
      expect(outcomesOf(await runHere(plan('right')))).toEqual({ ok: 3 });
      expect(await startEngine(plan('wrong')).failure).toMatchObject({ status: 401 });
    });

    it.each([
      ['an error', (id: number) => JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32602, message: 'no' } })],
      ['a result without a revision', (id: number) => reply(id)],
      ['what is not JSON', (id: number) => `{"jsonrpc":"2.0","id":${id},"result":{"protocolVersion":}}`],
      ['text', () => 'no such service'],
      ['an empty object', () => '{}'],
    ])('takes %s in answer to initialize for a refusal', async (_, text) => {
      const server = await serve(start, { answerInitialize: (exchange) => exchange.send(text(exchange.id)) });
      const { engine, failure } = startEngine(planOf({ target: server.url }));
      expect((await failure).reason).toBe('handshake');
      expect(engine.table.used).toBe(0);
    });
  });
}

function replies({ start, multiplexed }: TransportCase): void {
  describe('replies', () => {
    it('sends every request once and whole, and takes every reply', async () => {
      const server = await serve(start);
      const plan = planOf({ target: server.url, requests: '300', vus: '3', inFlight: '4' });
      const metrics = await runHere(plan);
      expect(outcomesOf(metrics)).toEqual({ ok: 300 });
      expect(metrics.requests).toMatchObject({ planned: 300, sent: 300, completed: 300 });
      expect(new Set(server.received.map(({ id }) => id)).size).toBe(300);
      const [{ body, idOffset }] = plan.scenarios[0].operations;
      for (const { id, text } of server.received)
        expect(text).toBe(body.slice(0, idOffset) + id + body.slice(idOffset + 10));
    });

    it.each([
      ['the id last', (id: number) => `{"result":{},"jsonrpc":"2.0","id":${id}}`],
      ['white space', (id: number) => `{ "jsonrpc" : "2.0" ,\t"id" : ${id} , "result" : { } }  `],
      ['other ids inside', (id: number) => `{"result":{"id":1,"error":{"id":2}},"jsonrpc":"2.0","id":${id}}`],
      ['an id in a string', (id: number) => `{"jsonrpc":"2.0","_":"\\"id\\":7}","id":${id},"result":"}]{"}`],
      ['other characters', (id: number) => `{"jsonrpc":"2.0","id":${id},"result":"äöü \u{1f600} \\u0000"}`],
    ])('finds the id of a reply with %s', async (_, text) => {
      const server = await serve(start, { answer: (exchange) => exchange.send(text(exchange.id)) });
      expect(outcomesOf(await runHere(planOf({ target: server.url, requests: '5', vus: '1' })))).toEqual({ ok: 5 });
    });

    it('counts errors of JSON-RPC by their code', async () => {
      const error = { code: -32003, message: 'busy' };
      const server = await serve(start, {
        answer: ({ id, send }) => send(JSON.stringify({ jsonrpc: '2.0', id, error })),
      });
      const metrics = await runHere(planOf({ target: server.url, requests: '4', vus: '1' }));
      expect(outcomesOf(metrics)).toEqual({ rpc_error: 4 });
      expect(metrics.rpcErrors).toEqual({ '-32003': 4 });
      expect(metrics.responseTime.count, 'refusals improve no percentile').toBe(0);
    });

    it('never takes a notification for a reply', async () => {
      const server = await serve(start, {
        answer: ({ id, send }) => send(notification(), notification('notifications/progress'), reply(id)),
      });
      const metrics = await runHere(planOf({ target: server.url, requests: '10', vus: '1' }));
      expect(outcomesOf(metrics)).toEqual({ ok: 10 });
      expect(metrics.correlation).toMatchObject({ notifications: 20, unknownId: 0 });
    });

    it('answers requests of the server, even with the id of the exchange under way', async () => {
      const waiting: Exchange[] = [];
      const server = await serve(start, {
        answer: (exchange) => {
          waiting.push(exchange);
          const ask = (id: unknown, method: string) => JSON.stringify({ jsonrpc: '2.0', id, method });
          exchange.begin(ask('s', 'ping'), ask(exchange.id, 'roots/list'));
        },
        answered: () => {
          if (server.answers.length % 2 === 0) waiting[0].send(reply(waiting[0].id));
        },
      });
      const plan = planOf({ target: server.url, requests: '1', vus: '1' }, { timeout: 2000 });
      const metrics = await runHere(plan);
      expect(outcomesOf(metrics)).toEqual({ ok: 1 });
      expect(metrics.correlation.serverRequests).toBe(2);
      expect(server.answers).toHaveLength(2);
      expect(server.answers).toContainEqual({ jsonrpc: '2.0', id: 's', result: {} });
      expect(server.answers).toContainEqual({
        jsonrpc: '2.0',
        id: waiting[0].id,
        error: { code: -32601, message: 'Method not found' },
      });
    });

    it('takes a reply of 10 MiB', async () => {
      const size = 10 * 2 ** 20;
      const server = await serve(start, {
        answer: ({ id, send }) => send(reply(id, '').padEnd(size)),
      });
      const metrics = await runHere(planOf({ target: server.url, requests: '2', vus: '1' }));
      expect(outcomesOf(metrics)).toEqual({ ok: 2 });
      expect(metrics.bytes.received).toBeGreaterThan(2 * size);
    });

    it('takes replies that come byte by byte', async () => {
      const server = await serve(start, {
        answer: (exchange) => void trickle(exchange, exchange.frame(reply(exchange.id, 'é'.repeat(70))), 1),
      });
      const metrics = await runHere(planOf({ target: server.url, requests: '4', vus: '2' }));
      expect(outcomesOf(metrics)).toEqual({ ok: 4 });
    });

    it('measures from the request to the last byte of its reply', async () => {
      const server = await serve(start, {
        answer: (exchange) => {
          const bytes = exchange.frame(reply(exchange.id));
          exchange.write(bytes.subarray(0, -1));
          setTimeout(() => exchange.write(bytes.subarray(-1)), 100);
        },
      });
      const { serviceTime } = await runHere(planOf({ target: server.url, requests: '3', vus: '1' }));
      expect(serviceTime.min).toBeGreaterThan(98_000);
    });

    if (!multiplexed) return;

    it('keeps many in flight and takes their replies in any order', async () => {
      const held: Exchange[] = [];
      const server = await serve(start, {
        answer: (exchange) => {
          held.push(exchange);
          if (held.length % 50 === 0) for (const one of held.splice(0).reverse()) one.send(reply(one.id));
        },
      });
      const metrics = await runHere(planOf({ target: server.url, requests: '200', vus: '1', inFlight: '50' }));
      expect(outcomesOf(metrics)).toEqual({ ok: 200 });
      expect(metrics.correlation.outOfOrder).toBe(4 * 49);
      expect(metrics.inFlight.max).toBe(50);
      expect(server.connections.all, 'and the preflight').toBe(2);
    });

    it('takes many replies out of one piece', async () => {
      const held: Exchange[] = [];
      const server = await serve(start, {
        answer: (exchange) => {
          if (held.push(exchange) < 20) return;
          const frames = held.splice(0).map((one) => one.frame(reply(one.id)));
          void trickle(exchange, Buffer.concat(frames), 333);
        },
      });
      const metrics = await runHere(planOf({ target: server.url, requests: '60', vus: '1', inFlight: '20' }));
      expect(outcomesOf(metrics)).toEqual({ ok: 60 });
    });

    it('counts a second reply as a duplicate', async () => {
      const server = await serve(start, {
        answer: ({ id, frame, write }) => write(Buffer.concat([frame(reply(id)), frame(reply(id))])),
      });
      const metrics = await runHere(planOf({ target: server.url, requests: '10', vus: '1' }));
      expect(outcomesOf(metrics)).toEqual({ ok: 10 });
      expect(metrics.correlation).toMatchObject({ duplicate: 10, unknownId: 0, late: 0 });
    });

    it('counts a reply behind its time-out as late, not as that of the next exchange', async () => {
      const server = await serve(start, {
        answer: (exchange) => {
          const [first] = server.received;
          if (exchange !== first) exchange.send(reply(first.id), reply(exchange.id));
        },
      });
      const plan = planOf({ target: server.url, requests: '2', vus: '1' }, { timeout: 100 });
      const metrics = await runHere(plan);
      expect(outcomesOf(metrics)).toEqual({ ok: 1, timeout: 1 });
      expect(metrics.correlation).toMatchObject({ late: 1, duplicate: 0, unknownId: 0 });
    });
  });
}

function faults({ start, multiplexed }: TransportCase): void {
  /** Three exchanges, one after the other, with a server that answers like this. */
  const outcomes = async (answer: Answer, timeout = 10_000) => {
    const server = await serve(start, { answer });
    const metrics = await runHere(planOf({ target: server.url, requests: '3', vus: '1' }, { timeout }));
    return { server, metrics, outcomes: outcomesOf(metrics) };
  };
  const half = ({ frame, id }: Exchange) => frame(reply(id, 'x'.repeat(40))).subarray(0, -21);

  describe('faults', () => {
    it('counts what is never answered as time-outs at least as long as the limit', async () => {
      const { metrics, outcomes: found } = await outcomes(() => undefined, 150);
      expect(found).toEqual({ timeout: 3 });
      expect(metrics.responseTime.count).toBe(3);
      expect(metrics.responseTime.min).toBeGreaterThanOrEqual(150_000);
    });

    it('counts half a reply and silence as a time-out', async () => {
      const halved = new Set<number>();
      const { outcomes: found } = await outcomes((exchange) => {
        if (!halved.has(exchange.connection)) exchange.write(half(exchange));
        halved.add(exchange.connection);
      }, 150);
      expect(found).toEqual({ timeout: 3 });
    });

    it.each(['end', 'drop'] as const)('counts half a reply and %s as a lost connection', async (how) => {
      const { server, outcomes: found } = await outcomes((exchange) => {
        exchange.write(half(exchange));
        setImmediate(exchange[how]);
      });
      expect(found).toEqual({ connection_lost: 3 });
      expect(server.connections.all).toBe(4);
    });

    it('counts bytes of another protocol as a protocol error, on a fresh connection each', async () => {
      const { server, outcomes: found } = await outcomes(({ write }) => write('220 mail.example.org ESMTP\r\n\r\n'));
      expect(found).toEqual({ protocol_error: 3 });
      expect(server.connections.all).toBe(4);
    });

    it.each(['not JSON', '[]', '{"jsonrpc":"2.0","id":1,"result":', '{}', '""'])(
      'counts the message %s as a protocol error',
      async (text) => {
        const { outcomes: found } = await outcomes(({ send }) => send(text));
        expect(found).toEqual({ protocol_error: 3 });
      },
    );

    it('looks into the first reply of an operation', async () => {
      const { outcomes: found } = await outcomes(({ id, send }) => send(`{"jsonrpc":"2.0","id":${id},"result":{]}}`));
      expect(found.protocol_error).toBe(1);
    });

    it.each([
      ['of nobody', (id: number) => reply(id + 1)],
      ['that is a string', (id: number) => reply(`${id}`)],
      ['that is a fraction', (id: number) => `{"jsonrpc":"2.0","id":${id}.5,"result":{}}`],
    ])('never takes a reply with an id %s', async (_, text) => {
      const { metrics, outcomes: found } = await outcomes(({ id, send }) => send(text(id)), multiplexed ? 150 : 10_000);
      expect(found).toEqual(multiplexed ? { timeout: 3 } : { protocol_error: 3 });
      expect(metrics.correlation.unknownId).toBe(3);
    });

    if (!multiplexed) return;

    it('ends everything under way when the connection is lost', async () => {
      const server = await serve(start, {
        answer: (exchange) => {
          if (server.received.length % 8 === 0) exchange.drop();
        },
      });
      const metrics = await runHere(planOf({ target: server.url, requests: '16', vus: '1', inFlight: '8' }));
      expect(outcomesOf(metrics)).toEqual({ connection_lost: 16 });
      expect(metrics.connections.lost).toBe(2);
    });
  });
}

function pressure({ start }: TransportCase): void {
  describe('back-pressure', () => {
    it('never corrupts a request while the server does not read', async () => {
      const filler = 'x'.repeat(2 ** 20);
      let resumed = false;
      const server = await serve(start, {
        answer: (exchange) => {
          if (resumed) return exchange.send(reply(exchange.id));
          resumed = true;
          exchange.pause();
          setTimeout(() => {
            exchange.resume();
            exchange.send(reply(exchange.id));
          }, 200);
        },
      });
      const plain = planOf({ target: server.url, requests: '80', vus: '1', inFlight: '40' });
      const [operation] = plain.scenarios[0].operations;
      const body = operation.body.replace('"method"', `"filler":"${filler}","method"`);
      const operations = [{ ...operation, body }];
      const metrics = await runHere(
        planOf({ target: server.url, requests: '80', vus: '1', inFlight: '40' }, { operations }),
      );
      expect(outcomesOf(metrics)).toEqual({ ok: 80 });
      expect(new Set(server.received.map(({ id }) => id)).size).toBe(80);
      const { idOffset } = operation;
      const intact = server.received.filter(
        ({ id, text }) => text === body.slice(0, idOffset) + id + body.slice(idOffset + 10),
      );
      expect(intact).toHaveLength(80);
    });
  });
}

function closing({ name, start }: TransportCase): void {
  const steps = (how: 'delete' | 'abandon' | 'kill') => [
    { type: 'connect' as const },
    { type: 'call' as const, operation: 0 },
    { type: 'close' as const, how },
  ];
  const deleted = { websocket: ['close 1000', 'end'], tcp: ['end'], http: ['DELETE', 'end'] }[name];

  describe('closing', () => {
    it.each([
      ['delete', deleted],
      ['abandon', ['end']],
      ['kill', ['reset']],
    ] as const)('%s ends a session as %s', async (how, endings) => {
      const server = await serve(start, { answer: answerAfter(1) });
      const plan = planOf({ target: server.url, requests: '3', vus: '1' }, { steps: steps(how) });
      const metrics = await runHere(plan);
      expect(outcomesOf(metrics)).toEqual({ ok: 3 });
      expect(metrics.connections).toMatchObject({ opened: 3, failed: 0, lost: 0 });
      await expect.poll(() => server.connections.now).toBe(0);
      const preflight = deleted.toSorted();
      expect([...server.endings].sort()).toEqual([...preflight, ...endings, ...endings, ...endings].sort());
    });
  });
}
