import { describe, expect, it } from 'vitest';
import { transportContract } from '../../contracts/transport.ts';
import { outcomesOf, planOf, runHere } from '../../support/engine.ts';
import { startLinesServer } from '../../support/servers/lines.ts';
import { overTls } from '../../support/servers/over-tls.ts';
import { serve } from '../../support/servers/serve.ts';
import { type Answer, reply, trickle } from '../../support/servers/server.ts';

const contract = { name: 'tcp, lines', multiplexed: true, deleted: ['end'] } as const;
transportContract({ ...contract, start: startLinesServer });
transportContract({ ...contract, over: 'TLS', start: overTls(startLinesServer) });

async function outcomes(answer: Answer) {
  const server = await serve(startLinesServer, { answer });
  const metrics = await runHere(planOf({ target: server.url, requests: '3', vus: '1' }));
  return { server, metrics, outcomes: outcomesOf(metrics) };
}

describe('lines', () => {
  it.each([
    ['end with CR and LF', (line: string) => `${line}\r\n`],
    ['have blank ones between them', (line: string) => `\n\r\n${line}\n\n`],
  ])('are taken that %s', async (_, bytes) => {
    expect((await outcomes(({ id, write }) => write(bytes(reply(id))))).outcomes).toEqual({ ok: 3 });
  });

  it('are taken that come one after the other in pieces of any size', async () => {
    const { outcomes: found } = await outcomes((exchange) => {
      const lines = Buffer.from(
        `{"jsonrpc":"2.0","method":"x"}\n${reply(exchange.id)}\n{"jsonrpc":"2.0","method":"y"}\n`,
      );
      void trickle(exchange, lines, 7);
    });
    expect(found).toEqual({ ok: 3 });
  });

  it('are what we send, whatever breaks the arguments are written with', async () => {
    const server = await serve(startLinesServer);
    const plan = planOf({ target: server.url, requests: '2', vus: '1' });
    const [operation] = plan.scenarios[0].operations;
    const body = operation.body.replace('"method"', '"x":\r\n {\n "y": "\\n" },"method"');
    const metrics = await runHere({
      ...plan,
      scenarios: [{ ...plan.scenarios[0], operations: [{ ...operation, body }] }],
    });
    expect(outcomesOf(metrics)).toEqual({ ok: 2 });
    expect(JSON.parse(server.received[0].text)).toMatchObject({ x: { y: '\n' } });
  });
});

describe('authentication', () => {
  it('is left out where the target says so', async () => {
    const server = await serve(startLinesServer);
    const plan = planOf({ target: `${server.url}&handshake=none`, token: 't', requests: '5', vus: '1' });
    expect(outcomesOf(await runHere(plan))).toEqual({ ok: 5 });
  });
});
