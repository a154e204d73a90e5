import { afterEach, describe, expect, it } from 'vitest';
import type { GatewayOptions } from '../../src/gateway/config.ts';
import { type RunningGateway, startGateway } from '../../src/gateway/gateway.ts';
import { quiet } from '../contracts/frontend.ts';
import { scrape } from '../support/scrape.ts';
import { call, initialize, jsonHeaders, webSocketClient } from './clients.ts';

const running: RunningGateway[] = [];
const start = async (options: GatewayOptions): Promise<RunningGateway> => {
  const gateway = await startGateway({ ...quiet, admin: '0', ...options });
  running.push(gateway);
  return gateway;
};
const reload = (gateway: RunningGateway, options: GatewayOptions): Promise<void> =>
  gateway.reload({ ...quiet, admin: '0', ...options });
afterEach(async () => {
  for (const gateway of running.splice(0)) await gateway.stop();
});

const status = async ({ addresses }: RunningGateway, token: string, body = initialize): Promise<number> => {
  const headers = { ...jsonHeaders, connection: 'close', authorization: `Bearer ${token}` };
  const reply = await fetch(`${addresses.http}`, { method: 'POST', body, headers });
  await reply.text();
  return reply.status;
};

describe('reload', () => {
  it('holds in every worker at once, for connections that stay open, too', async () => {
    const gateway = await start({ token: 'old', workers: 2 });
    const client = await webSocketClient(gateway, { authorization: 'Bearer old' });
    await reload(gateway, { token: 'new', workers: 2, limits: { body: 1_024 } });
    const all = await Promise.all(Array.from({ length: 12 }, (_, i) => status(gateway, i % 2 ? 'new' : 'old')));
    expect(all).toEqual(Array.from({ length: 12 }, (_, i) => (i % 2 ? 200 : 401)));
    expect(await status(gateway, 'new', call(1, `{"message":"${'x'.repeat(2_000)}"}`))).toBe(413);
    expect(JSON.parse(await client.request(call(1, '{"message":"x"}'))).result).toBeDefined();
    client.close();
  });

  it('changes limits of connections, of HTTP and of WebSocket, and what metrics show', async () => {
    const gateway = await start({});
    await reload(gateway, {
      limits: { connections: 1, message: 1_024, keepAliveMillis: 7_000, requestMillis: 5_000 },
      metrics: ['mcp_requests_total'],
    });
    const health = await fetch(new URL('/health', gateway.addresses.http));
    expect(health.headers.get('keep-alive')).toBe('timeout=7');
    await health.text();
    const { names } = await scrape(gateway.addresses.admin);
    expect(names).toEqual(['mcp_requests_total']);
    expect(gateway.config.limits.requestMillis).toBe(5_000);
  });

  it('refuses by name what is made once, and changes nothing then', async () => {
    const gateway = await start({ token: 'old' });
    const wanted = { token: 'new', tcp: 'off', backend: 'synthetic', workers: 2, upstream: { connections: 3 } };
    await expect(reload(gateway, wanted)).rejects.toMatchObject({
      code: 'MCPB_E_CONFIG',
      message: 'listen, backend, connection, performance.worker_threads cannot change while the gateway runs',
    });
    await expect(reload(gateway, { http: 'nowhere' })).rejects.toMatchObject({ code: 'MCPB_E_USAGE' });
    expect([await status(gateway, 'old'), await status(gateway, 'new')]).toEqual([200, 401]);
  });

  it('is done in the order it was asked for', async () => {
    const gateway = await start({ token: '0' });
    await Promise.all(['1', '2', '3'].map((token) => reload(gateway, { token })));
    expect([await status(gateway, '2'), await status(gateway, '3')]).toEqual([401, 200]);
  });

  it('comes to nothing when the gateway has ended', async () => {
    const gateway = await start({ token: 'old' });
    await gateway.stop();
    await reload(gateway, { token: 'new' });
  });
});
