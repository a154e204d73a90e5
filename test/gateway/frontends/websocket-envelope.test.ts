import { on, once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type RunningGateway, startGateway } from '../../../src/gateway/gateway.ts';
import { frontEndContract, quiet } from '../../contracts/frontend.ts';
import { outcomesOf, planOf, runHere } from '../../support/engine.ts';
import { audience, issuer, secret, signed } from '../../support/tokens.ts';
import { envelope, webSocketClient } from '../clients.ts';

frontEndContract({
  name: 'websocket, envelope',
  timeoutCode: -32005,
  overloadedCode: -32004,
  connect: (gateway, token) =>
    webSocketClient(gateway, token ? { authorization: `Bearer ${token}` } : {}, envelope(token)),
});

/** What a client gets, text by text. */
class Texts {
  readonly socket: WebSocket;
  readonly #texts: ReturnType<typeof on>;

  constructor(url: string, token?: string) {
    this.socket = new WebSocket(url, { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } });
    this.#texts = on(this.socket, 'message', { close: ['close'] });
  }

  async next(): Promise<string> {
    const { value } = await this.#texts.next();
    return String(value?.[0]);
  }

  async ask(text: string): Promise<{ readonly [key: string]: unknown }> {
    this.socket.send(text);
    return JSON.parse(await this.next());
  }
}

const ping = (id: unknown): string => `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"method":"ping"}`;
const pong = { jsonrpc: '2.0', result: {} };
const error = (id: unknown, code: number) => ({ jsonrpc: '2.0', id, error: expect.objectContaining({ code }) });

describe('envelopes', () => {
  let gateway: RunningGateway;
  let client: Texts;
  beforeAll(async () => {
    gateway = await startGateway({ ...quiet, token: 'secret' });
  });
  afterAll(() => gateway.stop());
  beforeEach(async () => {
    client = new Texts(`${gateway.addresses.websocket}`, 'secret');
    await once(client.socket, 'open');
  });
  afterEach(() => client.socket.terminate());

  it('are answered in envelopes with the id of the payload, plain messages plainly', async () => {
    expect(await client.ask(`{"id":"outer","mcp_payload":${ping('inner')}}`)).toEqual({
      id: 'inner',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      source: 'gateway',
      mcp_payload: { ...pong, id: 'inner' },
    });
    expect(await client.ask(ping(1))).toEqual({ ...pong, id: 1 });
    const escaped = await client.ask(`{"mcp\\u005fpayload" : ${ping(2)} , "id":{"any":"thing"}}`);
    expect(escaped.mcp_payload).toEqual({ ...pong, id: 2 });
  });

  it.each([
    ['jsonrpc beside mcp_payload', `{"jsonrpc":"2.0","id":7,"mcp_payload":${ping(1)}}`, 7, -32600],
    ['jsonrpc and a method', `{"jsonrpc":"2.0","id":7,"method":"ping","mcp_payload":${ping(1)}}`, 7, -32600],
    ['mcp_payload twice', `{"id":7,"mcp_payload":${ping(1)},"mcp_payload":${ping(2)}}`, 7, -32600],
    ['mcp_payload in two cases', `{"id":7,"mcp_payload":${ping(1)},"MCP_Payload":${ping(2)}}`, 7, -32600],
    ['the id twice', `{"id":7,"id":8,"mcp_payload":${ping(1)}}`, 8, -32600],
    ['a payload that is no object', '{"id":7,"mcp_payload":[]}', 7, -32600],
    ['a payload that is no message', '{"id":7,"mcp_payload":{"id":true,"method":"ping","jsonrpc":"2.0"}}', 7, -32600],
    ['a faulty payload with an id', '{"id":7,"mcp_payload":{"jsonrpc":"2.0","id":1,"method":3}}', 1, -32600],
    ['a payload that is no JSON', '{"id":7,"mcp_payload":{"jsonrpc":}}', 7, -32700],
    ['a payload nested too deep', `{"id":7,"mcp_payload":${'['.repeat(70)}${']'.repeat(70)}}`, 7, -32600],
    ['an unknown method', '{"id":7,"mcp_payload":{"jsonrpc":"2.0","id":1,"method":"no/such"}}', 1, -32601],
  ])('with %s: refused', async (_, text, id, code) => {
    expect(await client.ask(text)).toMatchObject({ id, mcp_payload: error(id, code) });
    expect(await client.ask(ping('still'))).toEqual({ ...pong, id: 'still' });
  });

  it('say how text that is no JSON is answered: as the latest message was', async () => {
    expect(await client.ask('garbage')).toEqual(error(null, -32700));
    await client.ask(`{"id":1,"mcp_payload":${ping(1)}}`);
    expect(await client.ask('garbage')).toMatchObject({ id: null, mcp_payload: error(null, -32700) });
  });

  it.each([
    ['wrong', '"wrong"'],
    ['no string', '7'],
    ['empty', '""'],
    ['given twice', '"secret","AUTH_TOKEN":"secret"'],
  ])('whose token is %s are refused with -32002, and the connection stays', async (_, token) => {
    const refused = await client.ask(`{"id":"outer","auth_token":${token},"mcp_payload":${ping('inner')}}`);
    expect(refused).toMatchObject({ id: 'inner', mcp_payload: error('inner', -32002) });
    const served = await client.ask(`{"id":"outer","auth_token":"secret","mcp_payload":${ping('inner')}}`);
    expect(served.mcp_payload).toEqual({ ...pong, id: 'inner' });
  });
});

describe('envelopes with signed tokens', () => {
  it('are served when their token names the subject of the connection, refused when it names another', async () => {
    const gateway = await startGateway({ ...quiet, jwt: { secret, issuer, audience } });
    const client = new Texts(`${gateway.addresses.websocket}`, await signed());
    await once(client.socket, 'open');
    const wrapped = async (id: number, claims: object) =>
      `{"id":${id},"auth_token":${JSON.stringify(await signed({ ...claims }))},"mcp_payload":${ping(id)}}`;
    // Checked for the first time, while messages come that need no check.
    client.socket.send(await wrapped(1, { jti: 'new' }));
    client.socket.send(await wrapped(2, { sub: 'eve' }));
    client.socket.send(ping(3));
    const answers = [await client.next(), await client.next(), await client.next()].map((text) => JSON.parse(text));
    const byId = new Map(answers.map((answer) => [answer.id, answer]));
    expect(byId.get(1).mcp_payload).toEqual({ ...pong, id: 1 });
    expect(byId.get(2).mcp_payload).toEqual(error(2, -32002));
    expect(byId.get(3)).toEqual({ ...pong, id: 3 });
    client.socket.terminate();
    await gateway.stop();
  });
});

it('serves the generator in its envelopes', async () => {
  const gateway = await startGateway({ ...quiet, token: 'secret' });
  const plan = planOf({ target: `${gateway.addresses.websocket}`, token: 'secret', requests: '300', vus: '4' });
  const scenarios = plan.scenarios.map((scenario) => ({
    ...scenario,
    target: { ...scenario.target, dialect: 'envelope' as const },
  }));
  expect(outcomesOf(await runHere({ ...plan, scenarios }))).toEqual({ ok: 300 });
  await gateway.stop();
});
