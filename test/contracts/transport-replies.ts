import { describe, expect, it } from 'vitest';
import { outcomesOf, runHere, planOf as usual } from '../support/engine.ts';
import { serve, type TransportCase } from '../support/servers/serve.ts';
import { answerAfter, type Exchange, notification, reply, trickle } from '../support/servers/server.ts';

/** Whatever a reply looks like and however it comes, it ends the exchange it belongs to and no other. */
export function replies({ start, multiplexed, oneConnection = multiplexed, planOf = usual }: TransportCase): void {
  describe('replies', () => {
    it('sends every request once and whole, and takes every reply', async () => {
      const server = await serve(start);
      const plan = planOf({ target: server.url, requests: '300', vus: '3' }, { inFlight: 4 });
      const metrics = await runHere(plan);
      expect(outcomesOf(metrics)).toEqual({ ok: 300 });
      expect(metrics.requests).toMatchObject({ planned: 300, sent: 300, completed: 300 });
      expect(new Set(server.received.map(({ id }) => id)).size).toBe(300);
      const [{ body, idOffset }] = plan.scenarios[0].operations;
      for (const { id, text } of server.received)
        expect(text).toBe(body.slice(0, idOffset) + id + body.slice(idOffset + 10));
    });

    it('come too late just behind the time-out, too', async () => {
      const server = await serve(start, { answer: answerAfter(115) });
      // Spread over the time between two sweeps, which find most of these only after their replies.
      const plan = planOf({ target: server.url, requests: '8', rate: '80', vus: '1' }, { timeout: 100 });
      const { outcomes, correlation } = await runHere(plan);
      expect(outcomes).toMatchObject({ ok: 0, timeout: 8 });
      expect(correlation).toMatchObject({ duplicate: 0, unknownId: 0 });
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
      // Over several connections requests need not arrive in the order they were sent in.
      if (oneConnection) expect(metrics.correlation.outOfOrder).toBe(4 * 49);
      else expect(metrics.correlation.outOfOrder).toBeGreaterThan(4);
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
