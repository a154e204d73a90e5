import { once } from 'node:events';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { BehaviourSpec } from '../../src/selftest/behaviour.ts';
import { ServerProcess } from '../../src/selftest/server-process.ts';

const processNow = () => Number(process.hrtime.bigint()) / 1e6;

/** A server with one client, its schedule begun. */
async function started(behaviour?: BehaviourSpec) {
  const server = await ServerProcess.start({ transport: 'websocket', ...(behaviour && { behaviour }) });
  onTestFinished(() => server.end());
  const socket = new WebSocket(server.address.url);
  onTestFinished(() => socket.terminate());
  await once(socket, 'open');
  server.begin(processNow());
  const ask = async (id: number) => {
    const sentAt = performance.now();
    socket.send(JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/list' }));
    const [message] = await once(socket, 'message');
    return { id: JSON.parse(String(message)).id as number, millis: performance.now() - sentAt };
  };
  return { server, socket, ask };
}

it('keeps to its behaviour and gives an account of it', async () => {
  const { server, ask } = await started({ kind: 'delay', service: 20 });
  for (const id of [1, 2, 3]) {
    const reply = await ask(id);
    expect(reply.id).toBe(id);
    expect(reply.millis).toBeGreaterThanOrEqual(19.9);
  }
  const { requests, replies, lateness } = await server.finish([]);
  expect({ requests, replies }).toEqual({ requests: 3, replies: 3 });
  expect(lateness.p50).toBeGreaterThan(0);
  expect(lateness.max).toBeGreaterThanOrEqual(lateness.p50);
});

it('tells what it was late by, less what the test took away', async () => {
  const { server, ask } = await started({ kind: 'delay', service: 0 });
  await ask(0);
  const from = processNow();
  server.signal('SIGSTOP');
  const asked = ask(1);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const to = processNow();
  server.signal('SIGCONT');
  expect((await asked).millis).toBeGreaterThanOrEqual(299);
  const all = await server.finish([]);
  const own = await server.finish([{ from, to }]);
  expect(all.lateness.max).toBeGreaterThan(290_000);
  expect(all.lateness.max - own.lateness.max).toBeGreaterThan(290_000);
});

it('answers at once where it has no behaviour to keep to', async () => {
  const { ask } = await started();
  expect((await ask(7)).id).toBe(7);
});

it('ends though it is stopped', async () => {
  const { server } = await started({ kind: 'delay', service: 0 });
  server.signal('SIGSTOP');
  await server.end();
  expect(() => process.kill(server.pid, 0)).toThrow('ESRCH');
});
