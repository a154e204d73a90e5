import { describe, expect, it } from 'vitest';
import { outcomesOf, runHere, planOf as usual } from '../support/engine.ts';
import { serve, type TransportCase } from '../support/servers/serve.ts';
import { type Answer, type Exchange, reply, rpcError } from '../support/servers/server.ts';

/** Whatever a server does instead of replying, every exchange ends with the one outcome that says so. */
export function faults({ start, multiplexed, goodbye, planOf = usual }: TransportCase): void {
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
      expect(new Set(server.received.map(({ connection }) => connection)).size).toBe(3);
      // With the preflight and, where the server counts it, the look whether the target is still there.
      expect([4, 5]).toContain(server.connections.all);
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

    it('takes bytes that are no UTF-8 for no reply where it looks into one', async () => {
      const { outcomes: found } = await outcomes((exchange) => {
        const bytes = exchange.frame(reply(exchange.id, '#'));
        bytes[bytes.lastIndexOf('#')] = 0xff;
        exchange.write(bytes);
      });
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

    describe.each([1, 4])('a reply and the end in one chunk, %i users at once', (vus) => {
      it.each([
        ['ok', reply],
        ['rpc_error', (id: number) => rpcError(id, -32000)],
      ] as const)('count as %s, and what follows behind the end', async (outcome, answered) => {
        const ends = Buffer.from(goodbye ?? []);
        const waiting: Exchange[] = [];
        const ended = new Set<number>();
        let rounds = 0;
        const server = await serve(start, {
          answer: (exchange) => {
            if (ended.has(exchange.connection) || waiting.push(exchange) < vus) return;
            const last = ++rounds % 2 === 0;
            for (const { id, connection, frame, write, end } of waiting.splice(0)) {
              write(Buffer.concat([frame(answered(id)), last ? ends : Buffer.alloc(0)]));
              if (last) ended.add(connection);
              if (last) end();
            }
          },
        });
        const metrics = await runHere(planOf({ target: server.url, requests: `${4 * vus}`, vus: `${vus}` }));
        // Without a word of the protocol the end is known only when the next request is on its way.
        const lost = goodbye ? {} : { connection_lost: vus };
        expect(outcomesOf(metrics)).toEqual({ [outcome]: goodbye ? 4 * vus : 3 * vus, ...lost });
      });
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
