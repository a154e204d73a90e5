import { describe, expect, it, onTestFinished } from 'vitest';
import type { GatewayOptions } from '../../../src/gateway/config.ts';
import { MetaKey } from '../../../src/wire/modern.ts';
import { quiet } from '../../contracts/frontend.ts';
import { listeningPlane } from '../../support/plane.ts';
import { SeenBackend } from '../../support/seen-backend.ts';
import { audience, issuer, secret, signed } from '../../support/tokens.ts';
import { initialize, jsonHeaders } from '../clients.ts';

const list = { jsonrpc: '2.0', id: 'p', method: 'tools/list' };
const stamp = { id: 'e', timestamp: '2026-01-01T00:00:00Z', source: 'test' };

async function setUp(options: GatewayOptions = {}) {
  const backend = new SeenBackend();
  const { url, close } = await listeningPlane({ ...quiet, ...options }, backend);
  onTestFinished(close);
  const post = async (body: object | string, headers = {}) => {
    const reply = await fetch(new URL('/api/v1/mcp', url), {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { ...jsonHeaders, ...headers },
    });
    const text = await reply.text();
    return { status: reply.status, headers: reply.headers, body: text === '' ? undefined : JSON.parse(text) };
  };
  return { backend, url, post };
}

describe('/api/v1/mcp', () => {
  it('takes an envelope and answers the message in it, plainly, without a session', async () => {
    const { post } = await setUp();
    const reply = await post({ ...stamp, mcp_payload: list });
    expect(reply.status).toBe(200);
    expect(reply.body).toMatchObject({ jsonrpc: '2.0', id: 'p', result: { tools: [{ name: 'echo' }] } });
    const opened = await post({ ...stamp, mcp_payload: JSON.parse(initialize) });
    expect([opened.status, opened.headers.get('mcp-session-id')]).toEqual([200, null]);
    const told = await post({ ...stamp, mcp_payload: { jsonrpc: '2.0', method: 'notifications/initialized' } });
    expect([told.status, told.body]).toEqual([202, undefined]);
  });

  it('serves the modern era as well', async () => {
    const { post } = await setUp();
    const _meta = { [MetaKey.protocolVersion]: '2026-07-28', [MetaKey.clientCapabilities]: {} };
    const headers = { 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': 'no/such' };
    const unknown = await post({ ...stamp, mcp_payload: { ...list, method: 'no/such', params: { _meta } } }, headers);
    expect([unknown.status, unknown.body.error.code]).toEqual([404, -32601]);
  });

  it.each<[string, object | string, number]>([
    ['a plain message', list, -32600],
    ['an envelope without a message', stamp, -32600],
    ['a message that is none', { ...stamp, mcp_payload: 'x' }, -32600],
    ['an envelope that is a message too', { ...stamp, jsonrpc: '2.0', mcp_payload: list }, -32600],
    ['two messages', `{"mcp_payload":${JSON.stringify(list)},"mcp_payload":${JSON.stringify(list)}}`, -32600],
    ['half an envelope', '{"mcp_payload":', -32700],
  ])('refuses %s', async (_, body, code) => {
    const { post, backend } = await setUp();
    const reply = await post(body);
    expect([reply.status, reply.body.error.code]).toEqual([400, code]);
    expect(backend.seen).toEqual([]);
  });

  it('wants the token of an envelope to be the subject’s, and has MCP Bridge’s codes', async () => {
    const { post, backend } = await setUp({ jwt: { secret, issuer, audience } });
    const [ada, eve] = [await signed({ sub: 'ada' }), await signed({ sub: 'eve' })];
    const headers = { authorization: `Bearer ${ada}` };
    for (const token of [undefined, ada]) {
      const reply = await post({ ...stamp, auth_token: token, mcp_payload: list }, headers);
      expect([reply.status, reply.body.id]).toEqual([200, 'p']);
    }
    backend.seen.length = 0;
    for (const token of [eve, 'x', 7]) {
      const reply = await post({ ...stamp, auth_token: token, mcp_payload: list }, headers);
      expect([reply.status, reply.body]).toMatchObject([401, { id: 'p', error: { code: -32002 } }]);
    }
    const stranger = await post({ ...stamp, auth_token: ada, mcp_payload: list });
    expect([stranger.status, stranger.body.error.code]).toEqual([401, -32002]);
    expect(backend.seen).toEqual([]);
  });

  it('knows POST only', async () => {
    const { url } = await setUp();
    const reply = await fetch(new URL('/api/v1/mcp', url));
    expect([reply.status, reply.headers.get('allow')]).toEqual([405, 'POST']);
  });
});
