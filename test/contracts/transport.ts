import { describe, expect, it } from 'vitest';
import { requirementsOf } from '../../src/scenario/requirements.ts';
import { outcomesOf, runHere, startEngine, planOf as usual } from '../support/engine.ts';
import { serve, type TransportCase } from '../support/servers/serve.ts';
import { answerAfter, reply } from '../support/servers/server.ts';
import { chaos } from './transport-chaos.ts';
import { faults } from './transport-faults.ts';
import { replies } from './transport-replies.ts';
import { requests } from './transport-requests.ts';

/** What every transport does, each exchange going over a real connection to a scripted server. */
export function transportContract(transport: TransportCase): void {
  describe(`${transport.name}${transport.over ? ` over ${transport.over}` : ''}: any transport`, () => {
    connecting(transport);
    replies(transport);
    requests(transport);
    faults(transport);
    foretold(transport);
    pressure(transport);
    closing(transport);
    if (transport.multiplexed) chaos(transport);
  });
}

const refused = { reason: 'refused', code: 'ECONNREFUSED' };

function connecting({ start, unheard = refused, authenticates = true, planOf = usual }: TransportCase): void {
  describe('connecting', () => {
    it('says that nothing listens', async () => {
      const server = await start();
      await server.close();
      const failure = await startEngine(planOf({ target: server.url })).failure;
      expect(failure).toMatchObject(unheard);
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

    it.runIf(authenticates)('shows a token, and passes on that a wrong one is refused', async () => {
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

function foretold({ start, planOf = usual }: TransportCase): void {
  it('opens no more connections than are foretold, though nothing ends behind its replies', async () => {
    const server = await serve(start, { answer: (exchange) => exchange.begin(reply(exchange.id)) });
    const plan = planOf({ target: server.url, requests: '60', vus: '2' });
    const metrics = await runHere(plan);
    expect(outcomesOf(metrics)).toEqual({ ok: 60 });
    expect(metrics.connections).toMatchObject({ failed: 0, lost: 0 });
    expect(metrics.connections.peak).toBeLessThanOrEqual(requirementsOf(plan).connectionsAtMost);
  });
}

function pressure({ start, multiplexed, oneConnection = multiplexed, planOf = usual }: TransportCase): void {
  describe('back-pressure', () => {
    if (oneConnection)
      it.each([1, 40])('goes on when the server reads again, with requests of %i KiB', async (size) => {
        const [operation] = planOf({}).scenarios[0].operations;
        const body = operation.body.replace('"method"', `"filler":"${'x'.repeat(size * 1024)}","method"`);
        const requests = Math.ceil(12_000 / size);
        const server = await serve(start, {
          answer: (exchange) => {
            if (server.received.length === 1) exchange.pause();
            if (server.received.length === 1) setTimeout(exchange.resume, 200);
            exchange.send(reply(exchange.id));
          },
        });
        const metrics = await runHere(
          planOf(
            { target: server.url, requests: `${requests}`, vus: '1', inFlight: `${requests}` },
            { operations: [{ ...operation, body }], timeout: 5000 },
          ),
        );
        expect(outcomesOf(metrics)).toEqual({ ok: requests });
      });

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
      const [operation] = planOf({ target: server.url }).scenarios[0].operations;
      const body = operation.body.replace('"method"', `"filler":"${filler}","method"`);
      const operations = [{ ...operation, body }];
      const metrics = await runHere(
        planOf({ target: server.url, requests: '80', vus: '1' }, { inFlight: 40, operations }),
      );
      expect(outcomesOf(metrics)).toEqual({ ok: 80 });
      expect(metrics.targetWait.count, 'some were sent at once, others had to wait').toBe(80);
      expect([metrics.targetWait.min, Number(metrics.targetWait.max) > 0]).toEqual([0, true]);
      expect(new Set(server.received.map(({ id }) => id)).size).toBe(80);
      const { idOffset } = operation;
      const intact = server.received.filter(
        ({ id, text }) => text === body.slice(0, idOffset) + id + body.slice(idOffset + 10),
      );
      expect(intact).toHaveLength(80);
    });
  });
}

function closing({ start, deleted, killed = ['reset'], planOf = usual }: TransportCase): void {
  const steps = (how: 'delete' | 'abandon' | 'kill') => [
    { type: 'connect' as const },
    { type: 'call' as const, operation: 0 },
    { type: 'close' as const, how },
  ];

  describe('closing', () => {
    it.each([
      ['delete', deleted],
      ['abandon', ['end']],
      ['kill', killed],
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
