import { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HttpBackend } from '../../src/router/backends/http.ts';
import { defaultUpstream, type UpstreamOptions } from '../../src/router/upstream-options.ts';
import { client, newCaller, Recorder, run } from '../contracts/backend.ts';
import { startUpstream, type Upstream } from '../support/upstream.ts';

describe('what a worker allows itself towards a backend', () => {
  let upstream: Upstream;
  let backend: HttpBackend;
  const caller = newCaller();
  const connect = (options: Partial<UpstreamOptions>): void => {
    backend = new HttpBackend(upstream.url, { worker: 0, version: '0', upstream: { ...defaultUpstream, ...options } });
  };
  const listTools = (): Recorder => {
    const exchange = new Recorder(caller, 'tools/list');
    backend.request(exchange);
    return exchange;
  };
  beforeEach(async () => {
    upstream = await startUpstream(100);
    caller.upstream = undefined;
  });
  afterEach(async () => {
    await backend.close();
    await upstream.close();
  });

  it('has so many connections at once, and lets so many requests wait for one', async () => {
    connect({ connections: 2, waiting: 3 });
    await backend.open(caller, client);
    const served = [listTools(), listTools()];
    await expect.poll(() => upstream.held()).toBe(2);
    const waiting = [listTools(), listTools(), listTools()];
    const refused = listTools();
    expect(refused.finals).toEqual([{ refusal: 'overloaded', text: 'Too many requests wait for the backend' }]);
    expect(upstream.connections.size).toBe(2);
    upstream.release();
    await Promise.all([...served, ...waiting].map(({ done }) => done));
    expect([...served, ...waiting].filter(({ finals }) => finals[0].result === undefined)).toEqual([]);
    expect((await run(backend, caller, 'tools/list')).finals[0].result).toBeDefined();
  });

  it('gives the places of requests back that were cancelled before they were sent', async () => {
    connect({ waiting: 1 });
    for (let i = 0; i < 3; i++) {
      const exchange = new Recorder(newCaller(), 'tools/list');
      const work = backend.request(exchange);
      expect(exchange.finals).toEqual([]);
      work?.cancel('test');
    }
  });

  it('keeps unused connections so long', async () => {
    connect({ idleMillis: 50 });
    upstream.release();
    await run(backend, caller, 'tools/list');
    expect(upstream.headers().connection).toBe('keep-alive');
    await expect.poll(() => upstream.connections.size).toBe(0);
  });

  it('uses a connection once where that is wanted', async () => {
    connect({ keepAlive: false });
    upstream.release();
    await run(backend, caller, 'tools/list');
    expect(upstream.headers().connection).toBe('close');
  });

  it.each([true, false])('sets TCP_NODELAY to %s', async (noDelay) => {
    const set = vi.spyOn(Socket.prototype, 'setNoDelay');
    connect({ noDelay });
    await backend.open(caller, client);
    expect(set.mock.calls.at(-1)).toEqual([noDelay]);
    set.mockRestore();
  });

  it('takes replies of that size', async () => {
    connect({ maxReply: 150 });
    upstream.release();
    caller.upstream = { protocolVersion: '2025-11-25' };
    expect((await run(backend, caller, 'tools/list')).finals[0].result).toBeDefined();
    await backend.close();
    connect({ maxReply: 120 });
    expect((await run(backend, caller, 'tools/list')).finals).toEqual([
      { refusal: 'backend', text: 'Backend unavailable: reply larger than 120 B' },
    ]);
  });
});
