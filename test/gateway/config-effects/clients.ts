import { spawnSync } from 'node:child_process';
import { expect } from 'vitest';
import type { RunningGateway } from '../../../src/gateway/gateway.ts';
import { isOnPath } from '../../support/programs.ts';
import { noteSkipped } from '../../support/skipped.ts';
import { audience, issuer, secret, signed } from '../../support/tokens.ts';
import { call, FrameSocket, frame, initialize, offer, tcpClient, webSocketClient } from '../clients.ts';
import { type Effect, list, measured, post, raw, start, startWith, webSocket } from './stage.ts';

/** Requests served to a client that takes nothing, once nothing changes any more. */
const servedUnread = async (text: string): Promise<number> => {
  const gateway = await start(`backend: synthetic:size=64KB\n${text}`);
  const socket = await webSocket(gateway);
  socket.pause();
  for (let i = 0; i < 300; i++) socket.send(call(i, '{"message":"x"}'));
  const served = () => measured(gateway, 'mcp_requests_total', { transport: 'websocket' });
  let before = -1;
  let unchanged = 0;
  await expect
    .poll(
      async () => {
        const earlier = before;
        before = await served();
        unchanged = before > 0 && before === earlier ? unchanged + 1 : 0;
        return unchanged;
      },
      { interval: 150, timeout: 20_000 },
    )
    .toBe(4);
  return before;
};

const cutForNotReading = async (text: string): Promise<void> => {
  const gateway = await start(`backend: synthetic:size=64KB\n${text}`);
  const socket = await webSocket(gateway);
  socket.pause();
  for (let i = 0; i < 300; i++) socket.send(call(i, '{"message":"x"}'));
  await expect.poll(() => measured(gateway, 'mcp_connection_failures', { reason: 'slow_consumer' })).toBe(1);
};

/** How long a reply takes that follows another closely, while the client has not acknowledged that one. In ms, sorted. */
const secondReplies = async (text: string, pairs: (gateway: RunningGateway) => Promise<Pairs>): Promise<number[]> => {
  const { ask, close } = await pairs(await start(`backend: synthetic:delay=4ms\n${text}`));
  const times: number[] = [];
  for (let i = 0; i < 21; i++) {
    const begun = performance.now();
    await ask();
    times.push(performance.now() - begun);
  }
  close();
  return times.toSorted((a, b) => a - b);
};

/** Asks for two replies in one segment, or in two that leave together, and waits for both. */
interface Pairs {
  ask(): Promise<void>;
  close(): void;
}

const ping = '{"jsonrpc":"2.0","id":1,"method":"ping"}';

const overTcp = async ({ addresses }: RunningGateway): Promise<Pairs> => {
  const frames = new FrameSocket(`${addresses.tcp}`);
  frames.write(6, offer);
  await frames.next();
  return {
    ask: async () => {
      frames.socket.write(Buffer.concat([frame(1, ping), frame(1, call(2, '{}'))]));
      for (let i = 0; i < 2; i++) await frames.next();
    },
    close: () => frames.socket.destroy(),
  };
};

const overWebSocket = async (gateway: RunningGateway): Promise<Pairs> => {
  const socket = await webSocket(gateway);
  return {
    ask: async () => {
      let replies = 0;
      const both = new Promise<void>((resolve) => {
        const count = (): void => {
          if (++replies < 2) return;
          socket.off('message', count);
          resolve();
        };
        socket.on('message', count);
      });
      socket.send(ping);
      socket.send(call(2, '{}'));
      await both;
    },
    close: () => socket.terminate(),
  };
};

const nagles =
  (text: (noDelay: boolean) => string, pairs: (gateway: RunningGateway) => Promise<Pairs>): Effect =>
  async () => {
    const [quickest] = await secondReplies(text(true), pairs);
    const delayed = await secondReplies(text(false), pairs);
    expect(quickest).toBeLessThan(30);
    expect(delayed[10]).toBeGreaterThan(35);
  };

const handshakeEnds =
  (text: string): Effect =>
  async () => {
    const { addresses } = await start(text);
    expect(await raw(addresses.tcp).closed).toContain('Handshake timed out');
  };

const oneConnection =
  (text: string): Effect =>
  async () => {
    const gateway = await start(text);
    await webSocket(gateway);
    await expect(webSocket(gateway)).rejects.toThrow('503');
  };

/** The client offers to compress. */
const uncompressed =
  (text: string): Effect =>
  async () => {
    const socket = await webSocket(await start(text), { perMessageDeflate: true });
    expect(socket.extensions).toBe('');
  };

/** What clients meet. */
export const clients: Readonly<Record<string, Effect>> = {
  'limits.max_body_size': async () => {
    const gateway = await start('limits: { max_body_size: 1KB }');
    expect((await post(gateway, call(1, `{"message":"${'x'.repeat(1_100)}"}`))).status).toBe(413);
  },
  'limits.max_head_size': async () => {
    const gateway = await start('limits: { max_head_size: 1KB }');
    expect((await post(gateway, initialize, { headers: { 'x-long': 'x'.repeat(1_100) } })).status).toBe(431);
  },
  'limits.max_in_flight': async () => {
    const { gateway, upstream } = await startWith('limits: { max_in_flight: 2 }');
    const [one, other] = [await webSocketClient(gateway), await webSocketClient(gateway)];
    const replies = [1, 2, 3].map((id) => one.request(list(id)));
    await expect.poll(() => upstream.held()).toBe(2);
    replies.push(other.request(list(4)));
    await expect.poll(() => upstream.held()).toBe(3);
    upstream.release();
    await Promise.all(replies);
    for (const client of [one, other]) client.close();
  },
  'limits.pause_unsent': async () => {
    const [little, much] = [
      await servedUnread('limits: { pause_unsent: 1KB }'),
      await servedUnread('limits: { pause_unsent: 7MB }'),
    ];
    expect(much - little).toBeGreaterThan(50);
  },
  'limits.max_unsent': () => cutForNotReading('limits: { pause_unsent: 1GB, max_unsent: 128KB }'),
  'limits.max_sessions': async () => {
    const gateway = await start('limits: { max_sessions: 1 }');
    expect((await post(gateway, initialize)).status).toBe(200);
    expect((await post(gateway, initialize)).status).toBe(503);
  },
  'limits.max_sessions_per_subject': async () => {
    const gateway = await start('limits: { max_sessions_per_subject: 1 }');
    expect((await post(gateway, initialize)).status).toBe(200);
    expect((await post(gateway, initialize)).status).toBe(503);
  },
  'limits.event_silence': async () => {
    const form = async (silence: string): Promise<string | null> => {
      const gateway = await start(`backend: synthetic:delay=500ms\nlimits: { event_silence: ${silence} }`);
      return (await post(gateway, call(1, '{}'), { path: '/api/tools' })).headers.get('content-type');
    };
    expect(await form('60s')).toContain('application/json');
    expect(await form('100ms')).toContain('text/event-stream');
  },
  'limits.max_subjects': async () => {
    const auth = `auth: { jwt: ${JSON.stringify({ issuer, audience, secret })} }`;
    const { gateway, upstream } = await startWith(`${auth}\nlimits: { max_subjects: 1 }`);
    upstream.release();
    for (const sub of ['ada', 'bob']) {
      const headers = { authorization: `Bearer ${await signed({ sub })}` };
      expect((await post(gateway, list(1), { path: '/api/tools', headers })).status).toBe(200);
    }
    await expect.poll(() => upstream.ended()).toBe(1);
  },
  'limits.session_timeout': async () => {
    const gateway = await start('limits: { session_timeout: 200ms }');
    const id = `${(await post(gateway, initialize)).headers.get('mcp-session-id')}`;
    const again = async (): Promise<number> =>
      (await post(gateway, list(1), { headers: { 'mcp-session-id': id } })).status;
    expect(await again()).toBe(200);
    await expect.poll(again, { interval: 600, timeout: 5_000 }).toBe(404);
  },
  'limits.handshake_timeout': handshakeEnds('limits: { handshake_timeout: 200ms }'),
  'performance.connection_timeout': handshakeEnds('performance: { connection_timeout: 200ms }'),
  'limits.request_timeout': async () => {
    const gateway = await start('backend: synthetic:delay=60s\nlimits: { request_timeout: 200ms }');
    const client = await webSocketClient(gateway);
    expect(JSON.parse(await client.request(call(1, '{}'))).error.code).toBe(5040);
    client.close();
  },
  'limits.drain_timeout': async () => {
    const gateway = await start('backend: synthetic:delay=60s\nlimits: { drain_timeout: 200ms }');
    const client = await webSocketClient(gateway);
    const reply = client.request(call(1, '{}'));
    await expect.poll(() => measured(gateway, 'mcp_requests_in_flight')).toBe(1);
    await gateway.drain();
    expect(JSON.parse(await reply).error.code).toBe(5030);
  },
  'server.connection_pool.max_connections': oneConnection('server: { connection_pool: { max_connections: 1 } }'),
  'performance.max_connections': oneConnection('performance: { max_connections: 1 }'),
  'server.connection_pool.idle_timeout': async () => {
    const gateway = await start('server: { connection_pool: { idle_timeout: 200ms } }');
    const socket = await webSocket(gateway);
    const closed = new Promise((resolve) => socket.once('close', (code, reason) => resolve([code, String(reason)])));
    const frames = raw(gateway.addresses.tcp);
    frames.socket.write(frame(6, offer));
    expect(await closed).toEqual([1008, 'no message for too long']);
    expect(await frames.closed).toContain('No message for too long');
  },
  'server.connection_pool.keepalive_interval': async () => {
    const { addresses } = await start('server: { connection_pool: { keepalive_interval: 200ms } }');
    const frames = new FrameSocket(`${addresses.tcp}`);
    frames.write(6, offer);
    expect((await frames.next()).type).toBe(7);
    expect(await frames.next()).toEqual({ type: 4, text: '' });
    frames.socket.destroy();
  },
  'server.connection_pool.backlog': async () => {
    if (!isOnPath('ss')) return noteSkipped('server.connection_pool.backlog: needs ss');
    const { addresses } = await start('server: { connection_pool: { backlog: 77 } }');
    const port = new URL(`${addresses.tcp}`).port;
    const { stdout } = spawnSync('ss', ['-ltnH', `sport = :${port}`], { encoding: 'utf8' });
    expect(stdout.trim().split(/\s+/)[2]).toBe('77');
  },
  'server.websocket.compression': uncompressed('server: { websocket: { compression: false } }'),
  'performance.compression': uncompressed('performance: { compression: false }'),
  'server.websocket.max_message_size': async () => {
    const socket = await webSocket(await start('server: { websocket: { max_message_size: 1KB } }'));
    const code = new Promise<number>((resolve) => socket.once('close', resolve));
    socket.send(call(1, `{"message":"${'x'.repeat(1_100)}"}`));
    expect(await code).toBe(1009);
  },
  'server.binary.max_message_size': async () => {
    const client = await tcpClient(await start('server: { binary: { max_message_size: 1KB } }'));
    const { error } = JSON.parse(await client.request(call(1, `{"message":"${'x'.repeat(1_100)}"}`)));
    expect(error.message).toContain('too large');
    client.close();
  },
  'server.binary.tcp_nodelay': nagles((noDelay) => `server: { binary: { tcp_nodelay: ${noDelay} } }`, overTcp),
  'performance.tcp_nodelay': nagles((noDelay) => `performance: { tcp_nodelay: ${noDelay} }`, overWebSocket),
  'performance.keepalive_timeout': async () => {
    const gateway = await start('performance: { keepalive_timeout: 7s }');
    const { socket, closed } = raw(gateway.addresses.http);
    socket.write('GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n');
    socket.write('GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    expect(await closed).toMatch(/^Keep-Alive: timeout=7\r$/m);
  },
  'performance.read_timeout': async () => {
    const { addresses } = await start('performance: { read_timeout: 200ms }');
    const { socket, closed } = raw(addresses.tcp);
    socket.write(Buffer.concat([frame(6, offer), frame(1, 'x'.repeat(100)).subarray(0, 50)]));
    expect(await closed).toContain('Frame timed out');
  },
  'performance.write_timeout': () => cutForNotReading('performance: { write_timeout: 200ms }'),
};
