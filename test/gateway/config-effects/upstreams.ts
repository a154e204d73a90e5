import { once } from 'node:events';
import { connect } from 'node:net';
import { Worker } from 'node:worker_threads';
import { expect } from 'vitest';
import { webSocketClient } from '../clients.ts';
import { type Effect, list, start, startWith } from './stage.ts';

/** Codes of the errors that so many requests at once end with. */
const errorsOf = (replies: readonly string[]): number[] =>
  replies.map((text) => JSON.parse(text).error?.code).filter((code) => code !== undefined);

const queues =
  (text: string): Effect =>
  async () => {
    const { gateway, upstream } = await startWith(`connection: { pool_size: 1 }\n${text}`);
    const client = await webSocketClient(gateway);
    const replies = [client.request(list(1))];
    await expect.poll(() => upstream.held()).toBe(1);
    replies.push(client.request(list(2)), client.request(list(3)));
    expect(JSON.parse(await replies[2]).error.code).toBe(5030);
    upstream.release();
    expect(errorsOf(await Promise.all(replies))).toEqual([5030]);
    client.close();
  };

/** A port whose queue is full: who connects to it hears nothing. */
async function deafPort() {
  const source = `
    const { parentPort } = require('node:worker_threads');
    const server = require('node:net').createServer().listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => {
      parentPort.postMessage(server.address().port);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`;
  const thread = new Worker(source, { eval: true });
  const [port]: number[] = await once(thread, 'message');
  const waiting = Array.from({ length: 6 }, () => connect(port, '127.0.0.1').on('error', () => {}));
  await Promise.all(waiting.slice(0, 2).map((socket) => once(socket, 'connect')));
  return {
    port,
    close: async () => {
      for (const socket of waiting) socket.destroy();
      await thread.terminate();
    },
  };
}

/** What the backend meets. */
export const upstreams: Readonly<Record<string, Effect>> = {
  'performance.request_queue_size': queues('performance: { request_queue_size: 1 }'),
  'performance.queue_size': queues('performance: { queue_size: 1 }'),
  'connection.pool_size': async () => {
    const { gateway, upstream } = await startWith('connection: { pool_size: 2 }');
    const client = await webSocketClient(gateway);
    const replies = [1, 2, 3, 4].map((id) => client.request(list(id)));
    await expect.poll(() => upstream.held()).toBe(2);
    expect(upstream.connections.size).toBe(2);
    upstream.release();
    expect(errorsOf(await Promise.all(replies))).toEqual([]);
    expect(upstream.connections.size).toBe(2);
    client.close();
  },
  'connection.max_idle_time': async () => {
    const { gateway, upstream } = await startWith('connection: { max_idle_time: 50ms }');
    upstream.release();
    const client = await webSocketClient(gateway);
    await client.request(list(1));
    await expect.poll(() => upstream.connections.size, { timeout: 3_000 }).toBe(0);
    client.close();
  },
  'connection.keepalive': async () => {
    const { gateway, upstream } = await startWith('connection: { keepalive: false }');
    upstream.release();
    const client = await webSocketClient(gateway);
    await client.request(list(1));
    expect(upstream.headers().connection).toBe('close');
    client.close();
  },
  /** That sockets are told so: test/router/upstream-options.test.ts. */
  'connection.tcp_nodelay': async () => {
    const { config } = await start('connection: { tcp_nodelay: false }');
    expect(config.upstream.noDelay).toBe(false);
  },
  'connection.connect_timeout': async () => {
    const deaf = await deafPort();
    const url = `http://127.0.0.1:${deaf.port}/mcp`;
    const client = await webSocketClient(await start(`backend: ${url}\nconnection: { connect_timeout: 200ms }`));
    expect(JSON.parse(await client.request(list(1))).error.message).toContain('UND_ERR_CONNECT_TIMEOUT');
    client.close();
    await deaf.close();
  },
  'connection.max_reply_size': async () => {
    const { gateway, upstream } = await startWith('connection: { max_reply_size: 1KB }', 2_000);
    upstream.release();
    const client = await webSocketClient(gateway);
    expect(JSON.parse(await client.request(list(1))).error.message).toContain('reply larger than 1.00 KiB');
    client.close();
  },
};
