import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { GatewayOptions } from '../../src/gateway/config.ts';
import { Counters } from '../../src/gateway/counters.ts';
import type { DataPlane } from '../../src/gateway/data-plane.ts';
import { createExposition } from '../../src/gateway/exposition.ts';
import type { Channel } from '../../src/gateway/frontend.ts';
import { type RunningGateway, startGateway } from '../../src/gateway/gateway.ts';
import { causes } from '../../src/gateway/metrics/reasons.ts';
import { Session } from '../../src/gateway/session.ts';
import { EchoBackend } from '../../src/router/backends/echo.ts';
import type { Exchange } from '../../src/router/exchange.ts';
import { readMessage } from '../../src/wire/jsonrpc.ts';
import { MetaKey } from '../../src/wire/modern.ts';
import { quiet } from '../contracts/frontend.ts';
import { planeOf } from '../support/plane.ts';
import { Scrape, scrape } from '../support/scrape.ts';
import { audience, epoch, issuer, secret, signed } from '../support/tokens.ts';
import {
  call,
  FrameSocket,
  httpClient,
  initialize,
  jsonHeaders,
  linesClient,
  offer,
  tcpClient,
  webSocketClient,
} from './clients.ts';

const running: RunningGateway[] = [];
const start = async (options: GatewayOptions = {}): Promise<RunningGateway> => {
  const gateway = await startGateway({ ...quiet, admin: '0', ...options });
  running.push(gateway);
  return gateway;
};
afterEach(async () => {
  for (const gateway of running.splice(0)) await gateway.stop();
});

/** Every name a test has seen move. */
const moved = new Set<string>();
const see = (now: Scrape, name: string, labels: Readonly<Record<string, string>> = {}): void => {
  const type = /_(count|sum|bucket)$/.test(name) ? name.replace(/_(count|sum|bucket)$/, '') : name;
  expect(now.sum(name, labels), `${name} ${JSON.stringify(labels)}`).toBeGreaterThan(0);
  moved.add(type);
};
const list = (id: number): string => `{"jsonrpc":"2.0","id":${id},"method":"tools/list"}`;
const noGauges = {
  requestsPerSecond: 0,
  messagesPerSecond: 0,
  bytesPerSecond: 0,
  errorRate: 0,
  timeoutRate: 0,
  cpuPercent: 0,
  memoryBytes: 0,
  goroutines: 0,
};
/** Hands a message to a session of a client that nothing is sent to. */
const receive = (plane: DataPlane, text: string): void => {
  const channel: Channel = {
    maxReply: Number.POSITIVE_INFINITY,
    tailroom: 0,
    headroom: () => 0,
    send: () => {},
    refusal: () => Buffer.from('{}'),
    abandon: () => {},
    pause: () => {},
    resume: () => {},
  };
  const session = new Session(plane, { id: 'a', subject: 'ada', transport: 'tcp', channel, maxInFlight: 10 });
  session.receive(readMessage(Buffer.from(text)), channel);
};
const expositionOf = (counters: Counters) => createExposition([counters], 'echo', async () => noGauges);

describe('each name moves', () => {
  it('with requests', async () => {
    const gateway = await start();
    const clients = [await webSocketClient(gateway), await tcpClient(gateway), await httpClient(gateway)];
    for (const client of clients) await client.request(list(1));
    await clients[1].request('{"jsonrpc":"2.0","id":2,"method":"ping"}');
    await expect.poll(async () => (await scrape(gateway.addresses.admin)).sum('mcp_sessions_active')).toBe(1);
    const now = await scrape(gateway.addresses.admin);
    for (const transport of ['websocket', 'tcp', 'http']) {
      see(now, 'mcp_requests_total', { transport, method: 'tools/list' });
      see(now, 'mcp_request_duration_seconds_count', { transport, method: 'tools/list' });
      see(now, 'mcp_connection_establishment_duration_count', { transport });
      see(now, 'mcp_connections_active', { transport });
      for (const direction of ['inbound', 'outbound']) {
        see(now, 'mcp_messages_total', { transport, direction });
        see(now, 'mcp_bytes_total', { transport, direction });
      }
    }
    see(now, 'mcp_sessions_active');
    see(now, 'mcp_backend_response_time_count', { backend: 'echo' });
    see(now, 'mcp_requests_per_second');
    see(now, 'mcp_messages_per_second');
    see(now, 'mcp_bytes_per_second');
    see(now, 'mcp_cpu_usage_percent');
    see(now, 'mcp_memory_usage_bytes');
    see(now, 'mcp_gateway_connections_total');
    see(now, 'mcp_gateway_connections_active');
    see(now, 'mcp_gateway_tcp_connections_total');
    see(now, 'mcp_gateway_tcp_connections_active');
    see(now, 'mcp_gateway_requests_total', { method: 'tools/list', status: 'success' });
    see(now, 'mcp_gateway_request_duration_seconds_count', { method: 'other', status: 'success' });
    see(now, 'mcp_gateway_endpoint_requests_total', { endpoint: 'echo', namespace: 'default', status: 'success' });
    see(now, 'mcp_gateway_websocket_messages_total', { direction: 'inbound', type: 'request' });
    see(now, 'mcp_gateway_websocket_messages_total', { direction: 'outbound', type: 'response' });
    see(now, 'mcp_gateway_websocket_bytes_total');
    see(now, 'mcp_gateway_tcp_bytes_total', { direction: 'outbound' });
    see(now, 'mcp_gateway_tcp_messages_total', { direction: 'inbound', type: 'version_negotiation' });
    see(now, 'mcp_gateway_tcp_message_duration_seconds_count', { message_type: 'request' });
    expect(now.sum('mcp_gateway_endpoint_requests_total')).toBe(4);
    expect(now.sum('mcp_gateway_requests_total')).toBe(5);
    expect(now.sum('mcp_bytes_total', { transport: 'websocket', direction: 'inbound' })).toBe(list(1).length);
    for (const client of clients) client.close();
  });

  it('with requests under way, and with those that time out', async () => {
    const gateway = await start({ backend: 'synthetic:delay=60s', limits: { requestMillis: 400 } });
    const client = await webSocketClient(gateway);
    const reply = client.request(call(1, '{"message":"x"}'));
    await expect.poll(async () => (await scrape(gateway.addresses.admin)).sum('mcp_requests_in_flight')).toBe(1);
    see(await scrape(gateway.addresses.admin), 'mcp_gateway_requests_in_flight');
    moved.add('mcp_requests_in_flight');
    await reply;
    // The worker counts behind the reply, and may have to wait for a processor in between.
    await expect.poll(async () => (await scrape(gateway.addresses.admin)).sum('mcp_timeout_rate')).toBe(1);
    const now = await scrape(gateway.addresses.admin);
    expect(now.sum('mcp_timeout_rate')).toBe(1);
    expect(now.sum('mcp_error_rate')).toBe(1);
    see(now, 'mcp_timeout_rate');
    see(now, 'mcp_error_rate');
    see(now, 'mcp_errors_total', { transport: 'websocket', reason: 'timeout' });
    client.close();
  });

  it('with a stream, also one that another worker has', async () => {
    const gateway = await start({ workers: 2 });
    const url = `${gateway.addresses.http}`;
    const ends: AbortController[] = [];
    const openStream = async (): Promise<number> => {
      const opened = await fetch(url, {
        method: 'POST',
        body: initialize,
        headers: { ...jsonHeaders, connection: 'close' },
      });
      await opened.text();
      const end = new AbortController();
      ends.push(end);
      const headers = { accept: 'text/event-stream', 'mcp-session-id': `${opened.headers.get('mcp-session-id')}` };
      fetch(url, { headers, signal: end.signal }).catch(() => {});
      return (await scrape(gateway.addresses.admin)).sum('mcp_worker_hops_total');
    };
    // The kernel picks the worker of each connection.
    await expect.poll(openStream, { timeout: 10_000 }).toBeGreaterThan(0);
    const streams = async (): Promise<number> => (await scrape(gateway.addresses.admin)).sum('mcp_streams_active');
    await expect.poll(streams).toBeGreaterThan(0);
    for (const end of ends) end.abort();
    await expect.poll(streams).toBe(0);
    moved.add('mcp_worker_hops_total').add('mcp_streams_active');
  });

  it('with a reply to a request that is over', async () => {
    class Twice extends EchoBackend {
      override request(exchange: Exchange): undefined {
        super.request(exchange);
        super.request(exchange);
      }
    }
    const plane = planeOf({}, new Twice({ worker: 0, version: '0' }));
    receive(plane, list(1));
    see(new Scrape(await expositionOf(plane.counters)()), 'mcp_late_replies');
  });

  it('with errors of a backend that cannot be reached', async () => {
    const gateway = await start({ backend: 'http://127.0.0.1:1/mcp' });
    const client = await webSocketClient(gateway);
    expect(await client.request(list(1))).toContain('5020');
    const now = await scrape(gateway.addresses.admin);
    see(now, 'mcp_gateway_routing_errors_total', { reason: 'no_healthy_endpoints' });
    see(now, 'mcp_gateway_errors_total', { code: '5020', component: 'router', operation: 'request' });
    see(now, 'mcp_gateway_errors_by_type_total', { type: 'backend' });
    see(now, 'mcp_gateway_errors_by_component_total', { component: 'router' });
    see(now, 'mcp_gateway_errors_retryable_total', { retryable: 'true' });
    see(now, 'mcp_gateway_errors_by_http_status_total', { status_code: '200', status_class: '2xx' });
    see(now, 'mcp_gateway_errors_by_severity_total', { severity: 'high' });
    see(now, 'mcp_gateway_errors_by_operation_total', { operation: 'request', component: 'router' });
    see(now, 'mcp_gateway_error_handling_duration_seconds_count', { error_type: 'backend', component: 'router' });
    see(now, 'mcp_gateway_endpoint_requests_total', { endpoint: 'http', status: 'error' });
    see(now, 'mcp_gateway_requests_total', { method: 'tools/list', status: 'error' });
    client.close();
  });

  it('with connections and requests, and goes back when they end', async () => {
    const gateway = await start({ backend: 'synthetic:delay=60s' });
    const count = async (): Promise<number> => (await scrape(gateway.addresses.admin)).sum('mcp_goroutines_count');
    await count();
    const base = await count();
    const clients = await Promise.all(Array.from({ length: 10 }, () => webSocketClient(gateway)));
    for (const client of clients) client.send(call(1, '{"message":"x"}'));
    await expect.poll(count).toBeGreaterThanOrEqual(base + 20);
    for (const client of clients) client.close();
    await expect.poll(count, { timeout: 10_000 }).toBeLessThanOrEqual(base);
    moved.add('mcp_goroutines_count');
  });

  it.each([
    [1, 'true'],
    [2, 'false'],
  ])('with %i sessions that the server forgets', async (forgets, recovered) => {
    let left = forgets;
    let sessions = 0;
    const server = createServer(async (request, response) => {
      const { id, method } = JSON.parse((await text(request)) || '{}');
      if (method === 'tools/list' && left-- > 0) return void response.writeHead(404).end();
      if (method === 'initialize') sessions++;
      const result = { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 'x', version: '1' } };
      const headers = { 'content-type': 'application/json', 'mcp-session-id': `s${sessions}` };
      response.writeHead(id === undefined ? 202 : 200, headers);
      response.end(id === undefined ? '' : JSON.stringify({ jsonrpc: '2.0', id, result }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    const gateway = await start({ backend: `http://127.0.0.1:${port}/mcp` });
    const client = await webSocketClient(gateway);
    expect((await client.request(list(1))).includes('"result"')).toBe(recovered === 'true');
    const now = await scrape(gateway.addresses.admin);
    see(now, 'mcp_gateway_error_recovery_total', { recovered, error_type: 'session_lost' });
    client.close();
    await gateway.stop();
    server.closeAllConnections();
    server.close();
  });

  it('with garbage collection', async () => {
    const gateway = await start();
    const collections = async (): Promise<number> => {
      const garbage = Array.from({ length: 200_000 }, (_, index) => ({ index }));
      expect(garbage).toHaveLength(200_000);
      return (await scrape(gateway.addresses.admin)).sum('mcp_gc_duration_seconds_count');
    };
    await expect.poll(collections).toBeGreaterThan(0);
    moved.add('mcp_gc_duration_seconds');
  });
});

describe('each refusal is counted', () => {
  const counted = async (gateway: RunningGateway, transport: string, reason: string): Promise<void> => {
    await expect
      .poll(async () => (await scrape(gateway.addresses.admin)).sum('mcp_refusals_total', { transport, reason }), {
        message: `${transport} ${reason}`,
      })
      .toBeGreaterThan(0);
    seen.add(reason);
  };
  const seen = new Set<string>();
  const post = async (gateway: RunningGateway, body: string, headers = {}, path = '/mcp'): Promise<number> => {
    const reply = await fetch(new URL(path, gateway.addresses.http), {
      method: 'POST',
      body,
      headers: { ...jsonHeaders, ...headers },
    });
    await reply.text();
    return reply.status;
  };
  /** Sends this to the HTTP port and resolves with everything that comes back. */
  const raw = (gateway: RunningGateway, text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      let reply = '';
      const socket = connect(Number(new URL(`${gateway.addresses.http}`).port), '127.0.0.1');
      socket.on('data', (chunk) => {
        reply += chunk;
      });
      socket.on('close', () => resolve(reply)).on('error', reject);
      socket.write(text);
    });
  const firstError = async (gateway: RunningGateway, ...frames: [number, string][]): Promise<FrameSocket> => {
    const socket = new FrameSocket(`${gateway.addresses.tcp}`);
    for (const [type, text] of frames) socket.write(type, text);
    await socket.closed;
    return socket;
  };

  it('by what the request is', async () => {
    const gateway = await start({ limits: { body: 200, message: 200, tcpMessage: 200 } });
    const opened = await httpClient(gateway);
    expect(await post(gateway, list(1), { 'mcp-session-id': 'x' })).toBe(404);
    expect(await post(gateway, list(1), { 'content-type': 'text/plain' })).toBe(415);
    expect(await post(gateway, list(1), { 'mcp-protocol-version': '1999-01-01' })).toBe(400);
    const first = await fetch(`${gateway.addresses.http}`, { method: 'POST', body: initialize, headers: jsonHeaders });
    const events = { accept: 'text/event-stream', 'mcp-session-id': `${first.headers.get('mcp-session-id')}` };
    const stream = await fetch(`${gateway.addresses.http}`, { headers: events });
    expect((await fetch(`${gateway.addresses.http}`, { headers: events })).status).toBe(409);
    expect((await fetch(`${gateway.addresses.http}`, { headers: { ...events, 'last-event-id': 'x' } })).status).toBe(
      400,
    );
    await stream.body?.cancel();
    const modern = { 'mcp-protocol-version': '2026-07-28' };
    expect(await post(gateway, list(1), modern)).toBe(400);
    const _meta = { [MetaKey.protocolVersion]: '2026-07-28', [MetaKey.clientCapabilities]: {} };
    expect(await post(gateway, JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping', params: { _meta } }))).toBe(400);
    expect(await post(gateway, list(1), {}, '/elsewhere')).toBe(404);
    expect(await post(gateway, ' '.repeat(201))).toBe(413);
    expect(await post(gateway, list(1), { origin: 'https://evil.example' })).toBe(403);
    expect((await fetch(`${gateway.addresses.http}`, { method: 'PUT' })).status).toBe(405);
    const head = 'POST /mcp HTTP/1.1\r\nContent-Type: application/json\r\nConnection: close\r\n';
    expect(await raw(gateway, `${head}Host: evil.example\r\nContent-Length: 2\r\n\r\n{}`)).toMatch(/^HTTP\/1.1 403/);
    const twice = `${head}Host: localhost\r\nMcp-Session-Id: a\r\nMcp-Session-Id: b\r\nContent-Length: 2\r\n\r\n{}`;
    expect(await raw(gateway, twice)).toMatch(/^HTTP\/1.1 400/);
    const reasons = ['unknown_session', 'media_type', 'unsupported_version', 'not_found', 'too_large', 'origin'];
    const ofEras = ['bad_meta', 'header_mismatch', 'stream_taken', 'unknown_stream'];
    for (const reason of [...reasons, 'method_not_allowed', 'host', 'duplicate_header', ...ofEras])
      await counted(gateway, 'http', reason);
    const client = new WebSocket(`${gateway.addresses.websocket}`);
    await new Promise((resolve) => client.once('open', resolve));
    client.send(' '.repeat(201));
    await counted(gateway, 'websocket', 'too_large');
    const binary = new WebSocket(`${gateway.addresses.websocket}`);
    await new Promise((resolve) => binary.once('open', resolve));
    binary.send(Buffer.from('x'));
    await counted(gateway, 'websocket', 'malformed');
    await firstError(gateway, [1, list(1)]);
    await counted(gateway, 'tcp', 'malformed');
    const tcp = await tcpClient(gateway);
    expect(await tcp.request(call(2, `{"message":"${'x'.repeat(200)}"}`))).toContain('too large');
    await counted(gateway, 'tcp', 'too_large');
    const lines = await linesClient(gateway);
    lines.send(list(1) + ' '.repeat(200));
    await lines.closed;
    expect((await scrape(gateway.addresses.admin)).sum('mcp_connection_failures', { transport: 'tcp' })).toBe(2);
    tcp.close();
    const now = await scrape(gateway.addresses.admin);
    see(now, 'mcp_gateway_tcp_protocol_errors_total', { error_type: 'malformed' });
    see(now, 'mcp_connection_failures', { transport: 'websocket', reason: 'protocol' });
    see(now, 'mcp_refusals_total');
    opened.close();
  });

  it('by what node:http finds wrong with it', async () => {
    const gateway = await start({ limits: { handshakeMillis: 100 } });
    expect(await raw(gateway, 'NONSENSE\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /);
    const smuggled = 'POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n';
    expect(await raw(gateway, smuggled)).toMatch(/^HTTP\/1.1 400 /);
    const large = `GET /mcp HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`;
    expect(await raw(gateway, large)).toMatch(/^HTTP\/1.1 431 /);
    expect(await raw(gateway, 'GET /mcp HTTP/1.1\r\nHost: ')).toMatch(/^HTTP\/1.1 408 /);
    for (const reason of ['bad_http', 'header_too_large', 'http_timeout']) await counted(gateway, 'http', reason);
    expect((await scrape(gateway.addresses.admin)).sum('mcp_refusals_total', { reason: 'bad_http' })).toBe(2);
  });

  it('by who sends it', async () => {
    const gateway = await start({ token: 'right' });
    expect(await post(gateway, initialize, { authorization: 'Bearer wrong' })).toBe(401);
    await expect(webSocketClient(gateway, { authorization: 'Bearer wrong' })).rejects.toThrow('401');
    await firstError(
      gateway,
      [6, offer],
      [1, list(1).replace('tools/list"', 'initialize","params":{"token":"wrong-token-of-some-length"}')],
    );
    const client = await tcpClient(gateway, 'right');
    client.send(`{"auth_token":"wrong","message":${list(1)}}`);
    await client.closed;
    for (const transport of ['http', 'websocket', 'tcp']) await counted(gateway, transport, 'invalid_token');
    await counted(gateway, 'tcp', 'invalid_message_token');
    const now = await scrape(gateway.addresses.admin);
    see(now, 'mcp_gateway_auth_failures_total', { reason: 'invalid_token' });
    see(now, 'mcp_gateway_auth_failures_total', { reason: 'invalid_message_token' });
    see(now, 'mcp_gateway_connections_rejected_total');
  });

  it('by how much there is already', async () => {
    const limits = { sessions: 1, inFlight: 1 };
    const gateway = await start({ limits, backend: 'synthetic:delay=500ms' });
    const client = await httpClient(gateway);
    expect(await post(gateway, initialize)).toBe(503);
    const both = await Promise.all([1, 2].map((id) => client.request(call(id, '{"message":"x"}'))));
    expect(both.some((reply) => reply.includes('5030'))).toBe(true);
    for (const reason of ['session_limit', 'in_flight_limit']) await counted(gateway, 'http', reason);
    const one = await start({ limits: { sessionsPerSubject: 1 } });
    await httpClient(one);
    expect(await post(one, initialize)).toBe(503);
    await counted(one, 'http', 'subject_session_limit');
    const small = await start({ limits: { connections: 1 } });
    const first = await tcpClient(small);
    await expect(tcpClient(small)).rejects.toThrow();
    await counted(small, 'tcp', 'connection_limit');
    first.close();
  });

  it('by how long it takes', async () => {
    const gateway = await start({ limits: { handshakeMillis: 100, frameMillis: 100 } });
    await firstError(gateway);
    await counted(gateway, 'tcp', 'handshake_timeout');
    const slow = await tcpClient(gateway);
    const socket = new FrameSocket(`${gateway.addresses.tcp}`);
    socket.write(6, offer);
    await socket.next();
    socket.socket.write(Buffer.from('MCPB'));
    await socket.closed;
    await counted(gateway, 'tcp', 'frame_timeout');
    slow.close();
  });

  it('by the end of the gateway', async () => {
    const plane = planeOf({});
    plane.draining = true;
    receive(plane, list(1));
    const now = new Scrape(await expositionOf(plane.counters)());
    expect(now.sum('mcp_refusals_total', { transport: 'tcp', reason: 'draining' })).toBe(1);
    seen.add('draining');
  });

  it('by the end of its token', async () => {
    const gateway = await start({ jwt: { secret, issuer, audience } });
    // Clocks may differ by 30 s.
    const client = await webSocketClient(gateway, { authorization: `Bearer ${await signed({ exp: epoch(-28) })}` });
    await client.closed;
    await counted(gateway, 'websocket', 'token_expired');
    see(await scrape(gateway.addresses.admin), 'mcp_gateway_auth_failures_total', { reason: 'token_expired' });
  });

  it('by its silence', async () => {
    const gateway = await start({ limits: { idleMillis: 100 } });
    const mute = new WebSocket(`${gateway.addresses.websocket}`, { autoPong: false });
    await counted(gateway, 'websocket', 'idle_timeout');
    mute.terminate();
  });

  /** In back-pressure.test.ts. */
  const elsewhere = new Set(['slow_consumer']);
  afterAll(() => expect(causes.filter((cause) => !seen.has(cause) && !elsewhere.has(cause))).toEqual([]));
});

describe('the text', () => {
  it('has every name that others look for', async () => {
    const guide = [
      ...['request_duration_seconds', 'connection_establishment_duration', 'backend_response_time', 'requests_total'],
      ...['requests_per_second', 'messages_per_second', 'bytes_per_second', 'errors_total', 'error_rate'],
      ...['cpu_usage_percent', 'memory_usage_bytes', 'goroutines_count', 'gc_duration_seconds', 'timeout_rate'],
      'connection_failures',
    ];
    const bridge = [
      ...['connections_total', 'connections_active', 'connections_rejected_total', 'requests_total'],
      ...['request_duration_seconds', 'requests_in_flight', 'auth_failures_total', 'routing_errors_total'],
      ...['endpoint_requests_total', 'websocket_messages_total', 'websocket_bytes_total', 'tcp_connections_total'],
      ...['tcp_connections_active', 'tcp_messages_total', 'tcp_bytes_total', 'tcp_protocol_errors_total'],
      ...['tcp_message_duration_seconds', 'errors_total', 'errors_by_type_total', 'errors_by_component_total'],
      ...['errors_retryable_total', 'errors_by_http_status_total', 'errors_by_severity_total'],
      ...['errors_by_operation_total', 'error_recovery_total', 'error_handling_duration_seconds'],
    ];
    const { names } = new Scrape(await expositionOf(new Counters(Counters.allocate()))());
    const wanted = [...guide.map((name) => `mcp_${name}`), ...bridge.map((name) => `mcp_gateway_${name}`)];
    expect(wanted.filter((name) => !names.includes(name))).toEqual([]);
  });

  it('is what Prometheus reads: each name described once, each series once, buckets that add up', async () => {
    const counters = new Counters(Counters.allocate());
    for (const cells of Object.values(counters.cells)) cells.fill(2);
    const text = await expositionOf(counters)();
    const sample = /^[a-z_]+(\{([a-z_]+="[^"\\\n]*",?)*\})? [-+.\de]+$/;
    const lines = text.split('\n').filter((line) => line !== '' && !/^# (HELP|TYPE) [a-z_]+ /.test(line));
    expect(lines.filter((line) => !sample.test(line))).toEqual([]);
    const scraped = new Scrape(text);
    const sum: Scrape['sum'] = (name, labels) => scraped.sum(name, labels);
    const series = scraped.series.map(({ name, labels }) => name + JSON.stringify(labels));
    const { names } = scraped;
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(series).size).toBe(series.length);
    for (const name of [...text.matchAll(/^# TYPE (\S+) histogram$/gm)].map((match) => match[1])) {
      expect(sum(`${name}_bucket`, { le: '+Inf' })).toBe(sum(`${name}_count`));
      expect(sum(`${name}_bucket`, { le: '10' }) * 15).toBe(sum(`${name}_count`) * 14);
    }
  });
});

it('is described, with every name and every cause', async () => {
  const { names } = new Scrape(await expositionOf(new Counters(Counters.allocate()))());
  const page = readFileSync(new URL('../../docs/gateway.md', import.meta.url), 'utf8');
  expect([...names, ...causes].filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});

describe('however much there is to count', () => {
  it('there are at most 2,000 series', async () => {
    const counters = new Counters(Counters.allocate());
    for (const cells of Object.values(counters.cells)) cells.fill(1);
    const text = await expositionOf(counters)();
    const { series } = new Scrape(text);
    expect(series.length).toBeGreaterThan(1_000);
    expect(series.length).toBeLessThanOrEqual(2_000);
  });

  it('no label is taken from what clients send', async () => {
    const gateway = await start({ token: 'right' });
    const client = await webSocketClient(gateway, { authorization: 'Bearer right', 'user-agent': 'odd-agent' });
    const about = async (odd: string): Promise<void> => {
      await client.request(`{"jsonrpc":"2.0","id":"${odd}","method":"${odd}"}`);
      await client.request(call(odd, '{"message":"x"}').replace('"echo"', `"${odd}"`));
      const headers = {
        ...jsonHeaders,
        authorization: `Bearer ${odd}`,
        'mcp-session-id': odd,
        'mcp-protocol-version': odd,
      };
      await (await fetch(`${gateway.addresses.http}`, { method: 'POST', body: list(1), headers })).text();
      await (await fetch(new URL(`/${odd}`, gateway.addresses.http))).text();
    };
    await about('odd-0');
    const before = await scrape(gateway.addresses.admin);
    for (let i = 1; i < 50; i++) await about(`odd-${i}`);
    const after = await scrape(gateway.addresses.admin);
    const lines = ({ series }: Scrape): string[] => series.map(({ name, labels }) => name + JSON.stringify(labels));
    expect(lines(after).filter((line) => line.includes('odd'))).toEqual([]);
    expect(lines(after).filter((line) => !line.includes('gc_duration'))).toEqual(
      lines(before).filter((line) => !line.includes('gc_duration')),
    );
    client.close();
  });
});

afterAll(async () => {
  const counters = new Counters(Counters.allocate());
  const { names } = new Scrape(await expositionOf(counters)());
  expect(names.filter((name) => !moved.has(name))).toEqual([]);
});
