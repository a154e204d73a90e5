import { describe, expect, it } from 'vitest';
import { transportContract } from '../../contracts/transport.ts';
import { outcomesOf, planOf, runHere, startEngine } from '../../support/engine.ts';
import { overTls } from '../../support/servers/over-tls.ts';
import { serve } from '../../support/servers/serve.ts';
import { type Answer, reply } from '../../support/servers/server.ts';
import { startTcpServer, tcpFrame } from '../../support/servers/tcp.ts';

const contract = { name: 'tcp', multiplexed: true, deleted: ['end'] } as const;
transportContract({ ...contract, start: startTcpServer });
transportContract({ ...contract, over: 'TLS', start: overTls(startTcpServer) });

async function outcomes(answer: Answer) {
  const server = await serve(startTcpServer, { answer });
  const metrics = await runHere(planOf({ target: server.url, requests: '3', vus: '1' }));
  return { server, metrics, outcomes: outcomesOf(metrics) };
}

describe('frames', () => {
  it('of control and health are no replies, and health is answered', async () => {
    const { server, outcomes: found } = await outcomes(({ id, write }) => {
      write(Buffer.concat([tcpFrame(3, '{}'), tcpFrame(4, ''), tcpFrame(2, reply(id))]));
    });
    expect(found).toEqual({ ok: 3 });
    await expect.poll(() => server.answers).toEqual(['health', 'health', 'health']);
  });

  it.each([
    ['an error', (text: string) => tcpFrame(5, text)],
    ['an unknown type', (text: string) => tcpFrame(99, text)],
    ['another version', (text: string) => Buffer.from(tcpFrame(2, text).fill(2, 5, 6))],
    ['more than 10 MiB', () => Buffer.from('MCPB\0\x01\0\x02\0\xa0\0\x01', 'latin1')],
  ])('break the connection when they carry %s', async (_, bytes) => {
    const { metrics, outcomes: found } = await outcomes(({ id, write }) => write(bytes(reply(id))));
    expect(found).toEqual({ protocol_error: 3 });
    expect(metrics.connections.lost).toBe(3);
  });
});

describe('the handshake', () => {
  it('is left out where the target says so', async () => {
    const server = await serve(startTcpServer);
    const plan = planOf({ target: `${server.url}?handshake=none`, requests: '5', vus: '1' });
    expect(outcomesOf(await runHere(plan))).toEqual({ ok: 5 });
  });

  it('passes on what an error frame says', async () => {
    const server = await serve(startTcpServer, {
      instead: (socket) => socket.write(tcpFrame(5, 'No compatible version')),
    });
    const failure = await startEngine(planOf({ target: server.url })).failure;
    expect(failure).toMatchObject({ reason: 'handshake', message: 'No compatible version' });
  });
});
