import { describe, expect, it } from 'vitest';
import { crossCheck } from '../../../src/loadgen/driver.ts';
import type { CrossCheckFigures } from '../../../src/results/cross-check.ts';
import type { Overrides } from '../../../src/scenario/overrides.ts';
import type { Plan } from '../../../src/scenario/plan.ts';
import { planOf } from '../../support/engine.ts';
import { startRun } from '../../support/runs.ts';
import { responses, startHttpServer } from '../../support/servers/http.ts';
import { overTls } from '../../support/servers/over-tls.ts';
import { serve } from '../../support/servers/serve.ts';
import { discovered, type Exchange, reply, type ServerOptions } from '../../support/servers/server.ts';

const never = new AbortController().signal;
const initialized = ({ id }: Exchange) => reply(id, { protocolVersion: '2025-06-18', capabilities: {} });

async function figures(plan: Plan, stop = never): Promise<CrossCheckFigures> {
  const { figures, failure } = await crossCheck('autocannon', plan, stop);
  if (figures === undefined) throw new Error(failure);
  return figures;
}

/** The headers of every request a server with these habits sees, and the figures. */
async function loaded(options: ServerOptions, overrides: Overrides, start = startHttpServer) {
  const headers: Record<string, unknown>[] = [];
  const answer = (exchange: Exchange) => {
    headers.push(responses.get(exchange)!.req.headers);
    exchange.send(reply(exchange.id));
  };
  const server = await serve(start, { answer, ...options });
  const plan = planOf({ target: server.url, warmup: '0', headers: ['X-Own: yes'], ...overrides });
  return { server, headers, figures: await figures(plan) };
}

describe('the load made by autocannon', () => {
  it('has a session for each connection, which it ends', async () => {
    const { server, headers, figures } = await loaded({}, { vus: '3', requests: '30', token: 'secret' });
    expect(figures).toMatchObject({ connections: 3, requests: { completed: 30, errors: 0, timeouts: 0, non2xx: 0 } });
    expect(headers).toHaveLength(30);
    expect(new Set(headers.map((one) => one['mcp-session-id'])).size).toBe(3);
    for (const one of headers)
      expect(one).toMatchObject({
        ...{ host: `127.0.0.1:${server.port}`, 'x-own': 'yes', authorization: 'Bearer secret' },
        ...{ 'content-type': 'application/json', 'mcp-protocol-version': '2025-11-25' },
      });
    expect(new Set(server.received.map(({ text }) => text)).size, 'always the same').toBe(1);
    expect(server.notifications.filter((method) => method === 'notifications/initialized')).toHaveLength(3 + 1);
    expect(server.endings.filter((how) => how === 'DELETE')).toHaveLength(3 + 1);
  });

  it('takes an answer to initialize that comes as an event stream', async () => {
    const answerInitialize = (exchange: Exchange) => {
      responses.get(exchange)!.setHeader('mcp-session-id', 'streamed');
      exchange.begin();
      exchange.send(initialized(exchange));
    };
    const { headers } = await loaded({ answerInitialize }, { vus: '1', requests: '2' });
    expect(headers[1]).toMatchObject({ 'mcp-session-id': 'streamed', 'mcp-protocol-version': '2025-06-18' });
  });

  it('has none in the modern era, but what each of its requests has to carry', async () => {
    const answerDiscover = ({ id, send }: Exchange) => send(discovered(id));
    const { server, headers } = await loaded({ answerDiscover }, { vus: '2', requests: '4' });
    expect(headers[0]).toMatchObject({ 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/list' });
    expect(headers[0]).not.toHaveProperty('mcp-session-id');
    expect(server.received[0].text).toContain('io.modelcontextprotocol/protocolVersion');
  });

  it('goes over TLS', async () => {
    const secure = { vus: '2', requests: '20', insecure: 'true' };
    const { figures } = await loaded({}, secure, overTls(startHttpServer));
    expect(figures.requests).toMatchObject({ completed: 20, errors: 0 });
  });

  it('keeps to the rate', async () => {
    const { figures } = await loaded({}, { vus: '2', rate: '40', duration: '1500ms' });
    // It sends 40 at the start and 40 a second later.
    expect(figures.requests).toMatchObject({ completed: 80, errors: 0 });
  });

  it('counts other statuses apart', async () => {
    const busy = (exchange: Exchange) => void responses.get(exchange)?.writeHead(503).end();
    const { figures } = await loaded({ answer: busy }, { vus: '1', requests: '5' });
    expect(figures).toMatchObject({ requests: { completed: 5, non2xx: 5 }, throughputPerSecond: 0 });
  });

  it('ends when it is told to', async () => {
    const stop = new AbortController();
    const server = await serve(startHttpServer, {
      answer: (exchange) => {
        if (server.received.length === 10) stop.abort();
        exchange.send(reply(exchange.id));
      },
    });
    const plan = planOf({ target: server.url, vus: '1', duration: '10m', warmup: '0' });
    expect((await figures(plan, stop.signal)).requests.completed).toBeGreaterThanOrEqual(9);
  });

  it('says in place of figures why there are none', async () => {
    let asked = 0;
    const server = await serve(startHttpServer, {
      answerInitialize: (exchange) => {
        if (asked++ === 0) exchange.send(initialized(exchange));
        else responses.get(exchange)?.writeHead(503).end();
      },
    });
    const check = await crossCheck('autocannon', planOf({ target: server.url, vus: '2', requests: '4' }), never);
    expect(check).toMatchObject({ driver: 'autocannon', failure: 'initialize was answered with HTTP 503' });
  });
});

describe('a target that stands still for 100 ms once a second', () => {
  it('shows in our p99 at an open rate, not in that of autocannon', async () => {
    const held: Exchange[] = [];
    let shut = false;
    const server = await serve(startHttpServer, {
      answer: (exchange) => {
        if (shut) held.push(exchange);
        else exchange.send(reply(exchange.id));
      },
    });
    const open = () => {
      shut = false;
      for (const exchange of held.splice(0)) exchange.send(reply(exchange.id));
    };
    const freezing = setInterval(() => {
      shut = true;
      setTimeout(open, 100);
    }, 1000);
    try {
      const plan = planOf({ target: server.url, vus: '4', rate: '1000', duration: '2s', warmup: '0' });
      const own = (await startRun(plan).result).metrics.responseTime;
      const { latency, requests } = await figures(plan);
      expect(requests.completed).toBeGreaterThanOrEqual(1900);
      // One in ten is due while it stands still; of those one in ten waits for 90 ms at least.
      expect(own.p99).toBeGreaterThan(85_000);
      // A freeze holds up one request of each connection, which is less than one in a hundred.
      expect(latency.p99).toBeLessThan(own.p99!);
    } finally {
      clearInterval(freezing);
    }
  });
});
