import { describe, expect, it } from 'vitest';
import { unreachableError } from '../../src/loadgen/unreachable.ts';
import { outcomesOf, planOf, runHere, startEngine } from '../support/engine.ts';
import { startHttpServer } from '../support/servers/http.ts';
import { startLinesServer } from '../support/servers/lines.ts';
import { serve } from '../support/servers/serve.ts';
import { answerAfter } from '../support/servers/server.ts';
import { startStdioServer } from '../support/servers/stdio.ts';
import { startTcpServer } from '../support/servers/tcp.ts';
import { startWebSocketServer } from '../support/servers/websocket.ts';

async function mistakeOf(plan: ReturnType<typeof planOf>) {
  return unreachableError(plan, await startEngine(plan).failure);
}

describe('the host', () => {
  it.each(['wss', 'http'])('that has no address ends the run before it starts: %s', async (scheme) => {
    const error = await mistakeOf(planOf({ target: `${scheme}://nowhere.invalid:1` }));
    expect(error).toMatchObject({ code: 'MCPB_E_DNS', exitCode: 3 });
    expect(error.message).toContain('nowhere.invalid');
  });

  it('that is a name is resolved once, to an address that takes connections', async () => {
    const server = await serve(startWebSocketServer);
    const plan = planOf({ target: `ws://localhost:${server.port}/mcp`, requests: '3', vus: '3' });
    expect(outcomesOf(await runHere(plan))).toEqual({ ok: 3 });
    expect(server.connections.all, 'a visit to see which address takes connections may come first').toBeLessThanOrEqual(
      5,
    );
  });
});

describe('source addresses', () => {
  /** How many connections came from each address, without those of the survey. */
  const sources = (remotes: readonly string[], survey: number) =>
    Object.fromEntries([...Map.groupBy(remotes.slice(survey), (one) => one)].map(([one, { length }]) => [one, length]));
  const localAddresses = ['127.0.0.2-127.0.0.4'];

  it.each([startWebSocketServer, startTcpServer, startHttpServer])('share the users evenly (%o)', async (start) => {
    const server = await serve(start, { answer: answerAfter(20) });
    const plan = planOf({ target: server.url, localAddresses, requests: '7', vus: '7' });
    expect(outcomesOf(await runHere(plan))).toEqual({ ok: 7 });
    expect(sources(server.remotes, 1)).toEqual({ '127.0.0.2': 3, '127.0.0.3': 2, '127.0.0.4': 2 });
  });

  it('are shared by number, whoever works', async () => {
    const server = await serve(startWebSocketServer, { answer: answerAfter(20) });
    const plan = planOf({ target: server.url, localAddresses, requests: '6', vus: '6' });
    for (const worker of [0, 1]) await startEngine(plan, worker, 2).done;
    const all = server.remotes;
    expect(sources(all.slice(0, 4), 1), 'users 0, 2 and 4').toEqual({ '127.0.0.2': 1, '127.0.0.4': 1, '127.0.0.3': 1 });
    expect(sources(all.slice(4), 1), 'users 1, 3 and 5').toEqual({ '127.0.0.3': 1, '127.0.0.2': 1, '127.0.0.4': 1 });
  });

  it('are also those of connections that HTTP opens on demand', async () => {
    const server = await serve(startHttpServer, { answer: answerAfter(300) });
    const plan = planOf({ target: server.url, localAddresses: ['127.0.0.7'], requests: '8', rate: '200', vus: '1' });
    expect(outcomesOf(await runHere(plan))).toEqual({ ok: 8 });
    expect(server.remotes.length).toBeGreaterThan(2);
    expect(new Set(server.remotes)).toEqual(new Set(['127.0.0.7']));
  });

  it.each(['192.0.2.1', '2001:db8::1'])('must all be of this machine: %s', async (address) => {
    const server = await serve(startWebSocketServer);
    const error = await mistakeOf(planOf({ target: server.url }, { localAddresses: ['127.0.0.1', address] }));
    expect(error).toMatchObject({ code: 'MCPB_E_PORTS', exitCode: 3 });
    expect(error.message).toContain(`not a source address of this machine: ${address}`);
    expect(error.hint).toContain('ip -brief address');
    expect(server.connections.all).toBe(0);
  });
});

it.each([
  ['websocket', startWebSocketServer, 3],
  ['http', startHttpServer, 0],
  ['stdio', startStdioServer, 0],
  ['lines', startLinesServer, 0],
] as const)('an upgrade is counted where there is one: %s', async (_, start, upgrades) => {
  const server = await serve(start, { answer: answerAfter(20) });
  const { connections } = await runHere(planOf({ target: server.url, requests: '3', vus: '3' }));
  expect(connections.opened).toBe(3);
  expect(connections.upgrade.count).toBe(upgrades);
});

describe('a limit of time', () => {
  it.each([startWebSocketServer, startHttpServer, startTcpServer])(
    'for connecting is an outcome during the load (%o)',
    async (start) => {
      let met = 0;
      const silent = await serve(start, {
        answerInitialize: (exchange) => met++ === 0 && exchange.send(initialized(exchange.id)),
      });
      const steps = [{ type: 'connect' }, { type: 'call', operation: 0 }, { type: 'close', how: 'kill' }] as const;
      const plan = planOf({ target: silent.url, requests: '2', vus: '2' }, { connectTimeout: 500, steps });
      const metrics = await runHere(plan);
      expect(outcomesOf(metrics)).toEqual({ connect_failed: 2 });
      expect(metrics.connections).toMatchObject({ failed: 2, failures: { TIMEOUT: 2 } });
      expect(metrics.generatorLag, 'the wait is not our lateness').toMatchObject({ count: 2, max: 0 });
      expect(metrics.targetWait.min, 'it is the target’s').toBeGreaterThanOrEqual(499_000);
    },
  );
});

function initialized(id: number): string {
  const result = { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 'once', version: '1' } };
  return JSON.stringify({ jsonrpc: '2.0', id, result });
}
