import { describe, expect, it } from 'vitest';
import { requirementsOf } from '../../../src/scenario/requirements.ts';
import { transportContract } from '../../contracts/transport.ts';
import { type LocalEngine, outcomesOf, planOf, runHere, startEngine } from '../../support/engine.ts';
import { httpResponse, responses, startHttpServer } from '../../support/servers/http.ts';
import { overTls } from '../../support/servers/over-tls.ts';
import { serve } from '../../support/servers/serve.ts';
import { type Answer, type Exchange, notification, reply } from '../../support/servers/server.ts';

const contract = { name: 'http', multiplexed: false, deleted: ['DELETE', 'end'] } as const;
transportContract({ ...contract, start: startHttpServer });
transportContract({ ...contract, over: 'TLS', start: overTls(startHttpServer) });

/** Outcomes of three exchanges, one after the other, with a server that answers like this. */
async function outcomes(answer: Answer, timeout = 10_000) {
  const server = await serve(startHttpServer, { answer });
  const metrics = await runHere(planOf({ target: server.url, requests: '3', vus: '1' }, { timeout }));
  return { server, metrics, outcomes: outcomesOf(metrics) };
}

const event = (data: string): string => `data: ${data}\n\n`;
const eventStream = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n';

describe('bodies', () => {
  it.each([
    ['chunked', (body: string) => `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunked(body, 7)}`],
    [
      'chunked, with extensions and a trailer',
      (body: string) =>
        `HTTP/1.1 200 OK\r\ntransfer-encoding:chunked\r\n\r\n${body.length.toString(16)};a=b\r\n${body}\r\n0\r\nT: x\r\n\r\n`,
    ],
    [
      'after a 100 Continue',
      (body: string) => Buffer.concat([Buffer.from('HTTP/1.1 100 Continue\r\n\r\n'), httpResponse(body)]),
    ],
    [
      'with a field in capitals',
      (body: string) => `HTTP/1.1 200 OK\r\nCONTENT-LENGTH:  ${body.length} \r\n\r\n${body}`,
    ],
    ['an event stream of known length', (body: string) => streamOfKnownLength(event(body))],
    [
      'an event of several lines',
      (body: string) => streamOfKnownLength(`id: 1\ndata: ${body.replace(',', ',\ndata: ')}\n\n`),
    ],
    ['events with CRLF and comments', (body: string) => streamOfKnownLength(`: hello\r\n\r\ndata:${body}\r\n\r\n`)],
    ['events with lines that end in CR', (body: string) => streamOfKnownLength(`:\r\rdata: ${body}\r\r`)],
    ['behind a byte order mark', (body: string) => streamOfKnownLength(`\uFEFFdata: ${body}\n\n`)],
    ['behind an event of another name', (body: string) => streamOfKnownLength(`event: x\ndata: y\n\n${event(body)}`)],
    ['behind a priming event', (body: string) => streamOfKnownLength(`id: 0\ndata: \n\n${event(body)}`)],
  ])('are taken %s', async (_, bytes) => {
    const { server, outcomes: found } = await outcomes(({ id, write }) => write(bytes(reply(id))));
    expect(found).toEqual({ ok: 3 });
    expect(server.connections.all, 'kept alive; and the preflight').toBe(2);
  });

  it.each([
    ['says close', (body: string) => httpResponse(body, ['Connection: close'])],
    ['is HTTP/1.0', (body: string) => `HTTP/1.0 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`],
    ['ends with its connection', (body: string) => `HTTP/1.1 200 OK\r\n\r\n${body}`],
    ['ends with its connection, as a stream', (body: string) => `${eventStream}\r\n${event(body)}`],
  ])('open a new connection where a response %s', async (_, bytes) => {
    const { server, outcomes: found } = await outcomes((exchange) => {
      exchange.write(bytes(reply(exchange.id)));
      exchange.end();
    });
    expect(found).toEqual({ ok: 3 });
    expect(server.connections.all).toBe(4);
  });

  it('come with the event that carries the id, though its stream ends only after the next request', async () => {
    const open: Exchange[] = [];
    const { outcomes: found } = await outcomes((exchange) => {
      exchange.begin(notification(), reply(exchange.id), notification());
      for (const before of open.splice(0)) responses.get(before)?.end();
      open.push(exchange);
    });
    expect(found).toEqual({ ok: 3 });
  });
});

describe('replies in parts', () => {
  /** Answers in two parts, the second when the first has been read. */
  async function inParts(first: (exchange: Exchange) => void, second: (exchange: Exchange) => void) {
    let table: LocalEngine['engine']['table'] | undefined;
    const whenRead = (exchange: Exchange): void => {
      const slot = table!.slotOf(exchange.id);
      if ((table!.firstByte?.[slot] ?? 0) > table!.sent[slot]) setTimeout(second, 20, exchange);
      else setTimeout(whenRead, 1, exchange);
    };
    const server = await serve(startHttpServer, {
      answer: (exchange) => {
        first(exchange);
        whenRead(exchange);
      },
    });
    const local = startEngine(planOf({ target: server.url, requests: '3', vus: '1' }));
    table = local.engine.table;
    const metrics = await local.done;
    expect(outcomesOf(metrics)).toEqual({ ok: 3 });
    expect(metrics.firstByte?.count).toBe(3);
    expect(Number(metrics.firstByte?.sum)).toBeLessThan(metrics.serviceTime.sum - 3 * 19_000);
    return metrics;
  }

  it.each([
    ['of known length', 20],
    ['cut in its head', 5],
  ])('have their first byte told: a body %s', async (_, cut) => {
    const bytes = ({ id }: Exchange) => httpResponse(reply(id));
    const metrics = await inParts(
      (exchange) => exchange.write(bytes(exchange).subarray(0, cut)),
      (exchange) => exchange.write(bytes(exchange).subarray(cut)),
    );
    expect(metrics.firstEvent).toBeUndefined();
  });

  it('have their first event told: a stream', async () => {
    const metrics = await inParts(
      (exchange) => exchange.begin(notification()),
      (exchange) => exchange.send(reply(exchange.id)),
    );
    expect(metrics.firstEvent?.count).toBe(3);
    expect(Number(metrics.firstEvent?.sum)).toBeGreaterThanOrEqual(Number(metrics.firstByte?.sum) - 3);
    expect(Number(metrics.firstEvent?.sum)).toBeLessThan(metrics.serviceTime.sum - 3 * 19_000);
  });

  it('are none where all come in one piece', async () => {
    const { metrics } = await outcomes((exchange) => exchange.send(reply(exchange.id)));
    expect(metrics).not.toHaveProperty('firstByte');
    expect(metrics).not.toHaveProperty('firstEvent');
  });
});

describe('faults', () => {
  it.each([
    ['a body without end', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"jso', { timeout: 3 }],
    ['a chunk without a size', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', { protocol_error: 3 }],
    ['another coding', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n', { protocol_error: 3 }],
    ['a length in words', 'HTTP/1.1 200 OK\r\nContent-Length: ten\r\n\r\n', { protocol_error: 3 }],
    ['a body nobody can hold', 'HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n', { protocol_error: 3 }],
    ['no body', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', { protocol_error: 3 }],
    ['202, which is no reply', 'HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n', { protocol_error: 3 }],
    ['a status', 'HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n', { http_status: 3 }],
    ['events that are not JSON', streamOfKnownLength(event('hello')), { protocol_error: 3 }],
    ['a stream without the reply', streamOfKnownLength(event(notification())), { connection_lost: 3 }],
  ])('are counted: %s', async (_, bytes, expected) => {
    const timeout = 'timeout' in expected ? 150 : 10_000;
    expect((await outcomes(({ write }) => write(bytes), timeout)).outcomes).toEqual(expected);
  });

  it('end an exchange once, though its stream goes on', async () => {
    const { outcomes: found } = await outcomes(({ id, write }) => {
      write(streamOfKnownLength(event('hello') + event(reply(id)) + event(reply(id))));
    });
    expect(found).toEqual({ protocol_error: 3 });
  });

  it('counts statuses by code', async () => {
    const { metrics } = await outcomes(({ write }) => write('HTTP/1.1 429 Slow\r\nContent-Length: 0\r\n\r\n'));
    expect(metrics.httpStatus).toEqual({ 429: 3 });
  });

  it('takes a session that is gone for lost, and opens another', async () => {
    const sessions: Exchange[] = [];
    const server = await serve(startHttpServer, {
      answerInitialize: (exchange) => {
        sessions.push(exchange);
        exchange.send(reply(exchange.id, { protocolVersion: '2025-11-25', capabilities: {} }));
      },
      answer: (exchange) => {
        if (server.received.length === 2) exchange.write('HTTP/1.1 404 Gone\r\nContent-Length: 0\r\n\r\n');
        else exchange.send(reply(exchange.id));
      },
    });
    const metrics = await runHere(planOf({ target: server.url, requests: '3', vus: '1' }));
    expect(outcomesOf(metrics)).toEqual({ ok: 2, session_lost: 1 });
    expect(sessions, 'the preflight and two').toHaveLength(3);
  });

  it('never takes a second response for the reply of the next exchange', async () => {
    const { metrics, outcomes: found } = await outcomes(({ id, frame, write }) => {
      write(Buffer.concat([frame(reply(id)), frame(reply(id))]));
    });
    expect(found.ok).toBeGreaterThanOrEqual(1);
    expect(found.timeout).toBeUndefined();
    expect(metrics.correlation.unknownId).toBe(0);
  });
});

describe('connections', () => {
  it('are few where the last chunk of a stream comes 5 ms behind its reply', async () => {
    const server = await serve(startHttpServer, {
      answer: (exchange) => {
        exchange.begin(reply(exchange.id));
        setTimeout(() => responses.get(exchange)?.end(), 5);
      },
    });
    const plan = planOf({ target: server.url, requests: '100', vus: '2' });
    const metrics = await runHere(plan);
    expect(outcomesOf(metrics)).toEqual({ ok: 100 });
    expect(metrics.connections.peak).toBeLessThanOrEqual(requirementsOf(plan).connectionsAtMost);
  });

  it('are opened on demand, and not beyond the cap', async () => {
    const held: Exchange[] = [];
    const server = await serve(startHttpServer, {
      answer: (exchange) => {
        if (held.push(exchange) === 4) for (const one of held.splice(0)) one.send(reply(one.id));
      },
    });
    const plan = planOf({ target: server.url, requests: '40', vus: '1' }, { inFlight: 8, maxConnections: 4 });
    const metrics = await runHere(plan);
    expect(outcomesOf(metrics)).toEqual({ ok: 40 });
    // One is sent at once and three for which connections are opened; all others wait for one of the four.
    expect([metrics.targetWait.count, metrics.limitWait?.count]).toEqual([4, 36]);
    expect(server.connections.most).toBeLessThanOrEqual(5);
  });

  it('that a time-out took are replaced for those that wait', async () => {
    const server = await serve(startHttpServer, {
      answer: (exchange) => {
        if (server.received.length > 1) exchange.send(reply(exchange.id));
      },
    });
    const plan = planOf({ target: server.url, rate: '20', duration: '150ms', warmup: '0', vus: '1' });
    const [scenario] = plan.scenarios;
    const waiting = { ...scenario, timeout: 200, maxConnections: 1, phases: { ...scenario.phases, cooldown: 0 } };
    const metrics = await runHere({ ...plan, scenarios: [waiting] });
    expect(metrics.outcomes).toMatchObject({ ok: 2, timeout: 1 });
  });
});

function chunked(body: string, size: number): string {
  const pieces = body.match(new RegExp(`.{1,${size}}`, 'g')) ?? [];
  return [...pieces, ''].map((piece) => `${piece.length.toString(16)}\r\n${piece}\r\n`).join('');
}

function streamOfKnownLength(body: string): Buffer {
  return Buffer.from(`${eventStream}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}
