import { createServer } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { survey } from '../../../src/loadgen/survey.ts';
import { Unreachable, unreachableError } from '../../../src/loadgen/unreachable.ts';
import type { ScenarioPlan } from '../../../src/scenario/plan.ts';
import { outcomesOf, planOf, runHere } from '../../support/engine.ts';
import { seeded } from '../../support/random.ts';
import { listen } from '../../support/servers/desk.ts';
import { bodyOf, httpResponse, responses, startHttpServer } from '../../support/servers/http.ts';
import { serve } from '../../support/servers/serve.ts';
import { type Answer, type Exchange, reply } from '../../support/servers/server.ts';
import { startSseServer } from '../../support/servers/sse.ts';
import { startWebSocketServer } from '../../support/servers/websocket.ts';

const call = { type: 'call', operation: 0 } as const;

/** One user's exchanges with a server that answers like this, pausing for so long behind each. */
async function churned(answer: Answer, requests: number, pause = 0) {
  const server = await serve(startHttpServer, { answer });
  const steps: ScenarioPlan['steps'] = pause > 0 ? [call, { type: 'think', milliseconds: pause }] : [call];
  // Without a handshake no connection has served before the first exchange.
  const changes = { steps, lifecycle: 'none' } as const;
  const metrics = await runHere(planOf({ target: server.url, vus: '1', requests: String(requests) }, changes));
  return { server, outcomes: outcomesOf(metrics), lostOnReuse: metrics.connections.lostOnReuse };
}

/** Closed to both sides once everything is written. */
const close = (exchange: Exchange) => void responses.get(exchange)?.req.socket.destroySoon();

const answered = ({ id, write }: Exchange, ...fields: string[]) => write(httpResponse(reply(id), fields));

describe('connections that the target closes', () => {
  it('after a number of requests, saying so, cost no exchange', async () => {
    const server = createServer(async (request, response) => {
      const { id, method } = JSON.parse((await bodyOf(request)) || '{}');
      const result = method === 'initialize' ? { protocolVersion: '2025-11-25', capabilities: {} } : {};
      response.writeHead(id === undefined ? 202 : 200, { 'content-type': 'application/json' });
      response.end(id === undefined ? undefined : reply(id, result));
    });
    server.maxRequestsPerSocket = 3;
    let connections = 0;
    server.on('connection', () => connections++);
    const target = `http://127.0.0.1:${await listen(server)}/`;
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    const metrics = await runHere(planOf({ target, vus: '2', requests: '40', era: 'legacy' }));
    expect(outcomesOf(metrics)).toEqual({ ok: 40 });
    expect(metrics.connections).not.toHaveProperty('lostOnReuse');
    // 40 exchanges and the two requests of each handshake, three to a connection.
    expect(connections).toBeGreaterThanOrEqual(Math.ceil(44 / 3));
  });

  it('while they are idle cost none', async () => {
    const found = await churned(
      (exchange) => {
        answered(exchange);
        setTimeout(close, 10, exchange);
      },
      5,
      50,
    );
    expect(found).toMatchObject({ outcomes: { ok: 5 }, lostOnReuse: undefined });
    // With the preflight and the look whether the target is still there, of which it has heard only an end.
    await expect.poll(() => found.server.connections.all).toBe(1 + 5 + 1);
  });

  it('while they are idle with a word of farewell cost none', async () => {
    const found = await churned(
      (exchange) => {
        answered(exchange);
        const farewell = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';
        setTimeout(() => exchange.write(farewell), 10);
        setTimeout(close, 11, exchange);
      },
      5,
      50,
    );
    expect(found).toMatchObject({ outcomes: { ok: 5 }, lostOnReuse: undefined });
  });

  it('as the next request comes, lose it; it is not sent again, and counted', async () => {
    const random = seeded(3);
    let lost = 0;
    let number = 0;
    const requests = 60;
    const found = await churned((exchange) => {
      const choice = random.uniform();
      const isLast = ++number + lost === requests;
      if (choice < 0.3) answered(exchange);
      else if (choice < 0.6) {
        answered(exchange, 'Connection: close');
        close(exchange);
      } else {
        answered(exchange);
        close(exchange);
        if (!isLast) lost++;
      }
    }, requests);
    expect(lost).toBeGreaterThan(5);
    expect(found).toMatchObject({ outcomes: { ok: requests - lost, connection_lost: lost }, lostOnReuse: lost });
  });

  it.each<[string, Answer]>([
    ['before they have served', ({ drop }) => drop()],
    [
      'behind the beginning of a reply',
      (exchange) => {
        exchange.write('HTTP/1.1 200');
        close(exchange);
      },
    ],
  ])('%s lose the exchange for another reason', async (_, answer) => {
    const found = await churned(answer, 3);
    expect(found).toMatchObject({ outcomes: { connection_lost: 3 }, lostOnReuse: undefined });
  });

  it.each([
    ['are not used when their time is about to be over', 'timeout=1, max=7', 560, 1 + 2],
    ['are used before', 'timeout=1', 0, 1 + 1],
    ['are used where no time is said', 'max=7', 560, 1 + 1],
    ['are used where it is none', 'timeout=0', 0, 1 + 1],
  ])('%s (Keep-Alive: %s)', async (_, keepAlive, pause, connections) => {
    const { server, outcomes } = await churned((exchange) => answered(exchange, `Keep-Alive: ${keepAlive}`), 2, pause);
    expect(outcomes).toEqual({ ok: 2 });
    expect(server.connections.all, 'with that of the survey').toBe(connections);
  });
});

describe('a redirect', () => {
  const elsewhere = 'https://gateway.example/mcp/';
  const head = `HTTP/1.1 308 Permanent Redirect\r\nLocation: ${elsewhere}\r\nContent-Length: 0\r\n\r\n`;
  const moved: Answer = (exchange) => exchange.write(head);

  it.each([
    ['to server/discover', () => serve(startHttpServer, { answerDiscover: moved }), 'server/discover'],
    ['to initialize', () => serve(startHttpServer, { answerInitialize: moved }), 'initialize'],
    ['to the upgrade', () => serve(startWebSocketServer, { instead: (socket) => socket.end(head) }), 'the upgrade'],
    [
      'to the GET of an event stream',
      () => serve(startSseServer, { instead: (socket) => socket.end(head) }),
      'the GET',
    ],
  ])('in answer %s ends the run before it begins, and says where to', async (_, start, doing) => {
    const plan = planOf({ target: (await start()).url });
    const failure = await survey(plan).then(
      () => undefined,
      (error) => (error instanceof Unreachable ? error.failure : undefined),
    );
    const { message, hint, code } = unreachableError(plan, failure!);
    expect(message).toContain('it redirects');
    expect(message).toContain(`${doing}`);
    expect(message).toContain(`was answered with HTTP 308; it points to ${elsewhere}`);
    expect({ code, hint }).toMatchObject({ code: 'MCPB_E_HANDSHAKE', hint: expect.stringContaining('--target') });
  });

  it('during the load is an outcome', async () => {
    const { outcomes } = await churned((exchange) => void responses.get(exchange)?.writeHead(302).end(), 3);
    expect(outcomes).toEqual({ http_status: 3 });
  });
});
