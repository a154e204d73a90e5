import { describe, expect, it } from 'vitest';
import { transportContract } from '../../contracts/transport.ts';
import { outcomesOf, planOf, runHere } from '../../support/engine.ts';
import { enveloped, startEnvelopeServer } from '../../support/servers/envelope.ts';
import { overTls } from '../../support/servers/over-tls.ts';
import { serve } from '../../support/servers/serve.ts';
import { reply } from '../../support/servers/server.ts';
import { websocketFrame } from '../../support/servers/websocket.ts';

/** A plan whose messages go in envelopes. */
const envelopePlan: typeof planOf = (overrides, changes = {}) => {
  const plan = planOf(overrides, changes);
  const scenarios = plan.scenarios.map((scenario) => ({
    ...scenario,
    target: { ...scenario.target, dialect: 'envelope' as const },
  }));
  return { ...plan, scenarios };
};

const contract = {
  name: 'websocket, envelope',
  multiplexed: true,
  deleted: ['close 1000', 'end'],
  goodbye: websocketFrame('', 0x88),
  planOf: envelopePlan,
} as const;
transportContract({ ...contract, start: startEnvelopeServer });
transportContract({ ...contract, over: 'TLS', start: overTls(startEnvelopeServer) });

describe('envelopes', () => {
  it('carry the id of their message, a token where there is one, and nothing a gateway does not know', async () => {
    const envelopes: unknown[] = [];
    const server = await serve(
      async (options) => {
        const started = await startEnvelopeServer(options);
        envelopes.push(started.envelopes);
        return started;
      },
      { token: 'secret' },
    );
    const metrics = await runHere(envelopePlan({ target: server.url, token: 'secret', requests: '40', vus: '2' }));
    expect(outcomesOf(metrics)).toEqual({ ok: 40 });
    const [received] = envelopes as [ReadonlyArray<Record<string, unknown> & { mcp_payload: { id?: number } }>];
    expect(received.length).toBeGreaterThan(40);
    for (const envelope of received) {
      expect(Object.keys(envelope)).toEqual(['id', 'timestamp', 'source', 'auth_token', 'mcp_payload']);
      expect(envelope).toMatchObject({ id: envelope.mcp_payload.id ?? null, source: 'mcpb', auth_token: 'secret' });
      expect(envelope.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    }
  });

  it.each([
    ['without one', (message: string) => message],
    ['with the payload first', (message: string) => `{"mcp_payload":${message},"id":7}`],
    ['with white space', (message: string) => ` { "id" : "}" , "mcp_payload" : ${message} } `],
    ['with another id outside', (message: string) => enveloped(message).replace(/"id":\d+/, '"id":1')],
  ])('are not needed around a reply, and may look as they like: %s', async (_, wrap) => {
    const server = await serve(startEnvelopeServer, {
      answer: ({ id, write }) => write(websocketFrame(wrap(reply(id)))),
    });
    expect(outcomesOf(await runHere(envelopePlan({ target: server.url, requests: '5', vus: '1' })))).toEqual({ ok: 5 });
  });

  it('carry errors with the code of the message', async () => {
    const error = { code: -32603, message: 'VALIDATION: missing MCP payload' };
    const server = await serve(startEnvelopeServer, {
      answer: ({ id, send }) => send(JSON.stringify({ jsonrpc: '2.0', id, error })),
    });
    const metrics = await runHere(envelopePlan({ target: server.url, requests: '4', vus: '1' }));
    expect(metrics.rpcErrors).toEqual({ '-32603': 4 });
  });
});
