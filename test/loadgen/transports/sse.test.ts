import { describe, expect, it } from 'vitest';
import { requirementsOf } from '../../../src/scenario/requirements.ts';
import { transportContract } from '../../contracts/transport.ts';
import { outcomesOf, planOf, runHere, startEngine } from '../../support/engine.ts';
import { overTls } from '../../support/servers/over-tls.ts';
import { serve } from '../../support/servers/serve.ts';
import { notification, reply } from '../../support/servers/server.ts';
import { accept, chunk, type SseServerOptions, startSseServer } from '../../support/servers/sse.ts';

const contract = {
  name: 'sse',
  multiplexed: true,
  oneConnection: false,
  deleted: ['end'],
  goodbye: Buffer.from('\r\n0\r\n\r\n'),
} as const;
transportContract({ ...contract, start: startSseServer });
transportContract({ ...contract, over: 'TLS', start: overTls(startSseServer) });

async function outcomes(options: SseServerOptions, requests = '3', inFlight = 1) {
  const server = await serve(() => startSseServer(options));
  const metrics = await runHere(planOf({ target: server.url, requests, vus: '1' }, { inFlight, timeout: 2000 }));
  return { server, metrics, outcomes: outcomesOf(metrics) };
}

describe('the endpoint', () => {
  it.each([
    ['a path', (port: number) => `/p?stream=0&x=${port}`],
    ['a relative path', () => 'p?stream=0'],
    ['a URL', (port: number) => `http://127.0.0.1:${port}/p?stream=0`],
  ])('may be %s', async (_, address) => {
    let port = 0;
    const server = await serve(async () => {
      const started = await startSseServer({
        endpoint: (stream) => address(port).replace('stream=0', `stream=${stream}`),
      });
      port = started.port;
      return started;
    });
    expect(outcomesOf(await runHere(planOf({ target: server.url, requests: '4', vus: '2' })))).toEqual({ ok: 4 });
  });

  it.each(['http://127.0.0.2:1/p', 'https://127.0.0.1/p', 'http://'])('is refused elsewhere: %s', async (address) => {
    const server = await serve(() => startSseServer({ endpoint: () => address }));
    const failure = await startEngine(planOf({ target: server.url })).failure;
    expect(failure).toMatchObject({ reason: 'handshake' });
    expect(failure.message).toContain(address);
  });

  it('that never comes is a time-out', async () => {
    const server = await serve(startSseServer, {
      instead: (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n: hello\n\n'),
    });
    const failure = await startEngine(planOf({ target: server.url }, { connectTimeout: 150 })).failure;
    expect(failure.reason).toBe('timeout');
  });

  it.each([
    ['404', 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n', { reason: 'http-status', status: 404 }],
    ['a page', 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1\r\n\r\nx', { reason: 'handshake' }],
    [
      'a stream that ends',
      'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 3\r\n\r\n:\n\n',
      { reason: 'closed' },
    ],
  ])('does not come with %s', async (_, answer, expected) => {
    const server = await serve(startSseServer, { instead: (socket) => socket.write(answer) });
    expect(await startEngine(planOf({ target: server.url })).failure).toMatchObject(expected);
  });
});

const isCall = (message: string) => message.includes('tools/list');

describe('acknowledgements', () => {
  it('that come behind the reply change nothing', async () => {
    const { outcomes: found } = await outcomes(
      { acknowledge: (response) => setTimeout(accept, 20, response) },
      '30',
      5,
    );
    expect(found).toEqual({ ok: 30 });
  });

  it('that never come hold up nobody, and do not add up to ever more connections', async () => {
    const server = await serve(() =>
      startSseServer({ acknowledge: (response, message) => void (isCall(message) || accept(response)) }),
    );
    const plan = planOf({ target: server.url, requests: '40', vus: '2' });
    const metrics = await runHere(plan);
    expect(outcomesOf(metrics)).toEqual({ ok: 40 });
    expect(metrics.connections.peak).toBeLessThanOrEqual(requirementsOf(plan).connectionsAtMost);
  });

  it('that refuse one request leave the others alone', async () => {
    let calls = 0;
    const { metrics, outcomes: found } = await outcomes(
      {
        acknowledge: (response, message) => {
          if (isCall(message) && ++calls === 2) response.writeHead(429).end();
          else accept(response);
        },
        answer: ({ id, send }) => void (calls === 2 || send(reply(id))),
      },
      '4',
    );
    expect(found).toEqual({ ok: 3, http_status: 1 });
    expect(metrics.httpStatus).toEqual({ 429: 1 });
  });

  it('that are event streams say nothing, whatever is in them', async () => {
    const { outcomes: found } = await outcomes({
      acknowledge: (response, message) => {
        if (!isCall(message)) return accept(response);
        response.writeHead(200, { 'Content-Type': 'text/event-stream' }).end('data: Accepted\n\n');
      },
    });
    expect(found).toEqual({ ok: 3 });
  });

  it('behind a reply say nothing of the next exchange, whatever they say', async () => {
    const { outcomes: found } = await outcomes({
      acknowledge: (response, message) => {
        if (isCall(message)) setTimeout(() => response.writeHead(500).end(), 20);
        else accept(response);
      },
    });
    expect(found).toEqual({ ok: 3 });
  });

  describe.each([
    ['of an event stream', 200, 'text/event-stream', ': accepted\n\n'],
    ['of another body', 202, 'text/plain', 'Accepted'],
  ])('that never end: %s', (_, status, type, text) => {
    const acknowledge: NonNullable<SseServerOptions['acknowledge']> = (response) =>
      void response.writeHead(status, { 'Content-Type': type }).write(text);

    it('hold up no request where connections are few', async () => {
      const server = await serve(() => startSseServer({ acknowledge }));
      const plan = planOf({ target: server.url, requests: '20', vus: '2' }, { maxConnections: 4, timeout: 2000 });
      expect(outcomesOf(await runHere(plan))).toEqual({ ok: 20 });
    });

    it('do not add up to ever more connections', async () => {
      const open = new Set<unknown>();
      let most = 0;
      const { outcomes: found } = await outcomes(
        {
          acknowledge: (response, message) => {
            most = Math.max(most, open.add(response.socket).size);
            response.socket?.once('close', () => open.delete(response.socket));
            acknowledge(response, message);
          },
        },
        '100',
      );
      expect(found).toEqual({ ok: 100 });
      expect(most).toBeLessThan(50);
    });
  });

  it('of initialize that refuse it are quoted', async () => {
    const server = await serve(() =>
      startSseServer({
        acknowledge: (response) => response.writeHead(503).end('busy'),
        answerInitialize: () => undefined,
      }),
    );
    expect(await startEngine(planOf({ target: server.url })).failure).toMatchObject({ status: 503 });
  });

  it('cost more connections where they take as long as the work', async () => {
    const { outcomes: found, metrics } = await outcomes(
      {
        acknowledge: (response) => setTimeout(accept, 100, response),
        answer: ({ id, send }) => void setTimeout(send, 100, reply(id)),
      },
      '8',
      8,
    );
    expect(found).toEqual({ ok: 8 });
    expect(metrics.responseTime.max).toBeLessThan(700_000);
  });
});

describe('the stream', () => {
  it('that ends is a lost connection for all under way', async () => {
    const { metrics, outcomes: found } = await outcomes(
      { answer: (exchange) => void (exchange.id % 2 === 0 && exchange.end()) },
      '6',
      6,
    );
    expect(found.connection_lost).toBeGreaterThan(0);
    expect(metrics.connections.lost).toBeGreaterThan(0);
  });

  it('brings notifications and events of other names between the replies', async () => {
    const { metrics, outcomes: found } = await outcomes({
      answer: ({ id, write }) =>
        write(chunk(`event: ping\ndata: x\n\ndata: ${notification()}\n\n: comment\n\nid: 1\ndata: ${reply(id)}\n\n`)),
    });
    expect(found).toEqual({ ok: 3 });
    expect(metrics.correlation.notifications).toBe(3);
  });
});
