import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../../../src/gateway/gateway.ts';
import { frontEndContract, quiet } from '../../contracts/frontend.ts';
import { outcomesOf, planOf, runHere } from '../../support/engine.ts';
import { audience, issuer, secret, signed } from '../../support/tokens.ts';
import { call, LineSocket, linesClient } from '../clients.ts';

frontEndContract({
  name: 'tcp, lines',
  timeoutCode: 5040,
  overloadedCode: 5030,
  connect: (gateway, token) => linesClient(gateway, token),
});

const request = (method: string, params?: unknown, id: unknown = 1): string =>
  JSON.stringify({ jsonrpc: '2.0', id, method, params });
const withToken = (token: unknown): string => request('initialize', { token });
const ping = (id: unknown): string => request('ping', undefined, id);
const pong = (id: unknown): string => `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{}}`;

describe('tcp lines', () => {
  let gateway: RunningGateway;
  let client: LineSocket;
  beforeAll(async () => {
    gateway = await startGateway({ ...quiet, token: 'secret' });
  });
  afterAll(() => gateway.stop());
  beforeEach(() => {
    client = new LineSocket(`${gateway.addresses.tcp}`);
  });
  afterEach(() => client.socket.destroy());

  const errorOf = async () => JSON.parse(await client.next()).error;
  const authenticate = async () => {
    client.write(withToken('secret'));
    return JSON.parse(await client.next()).result;
  };

  it('tells who shows the token of its session, then takes messages however they are cut', async () => {
    const { sessionId, expiresAt } = await authenticate();
    expect(sessionId).toMatch(/^[0-9a-f]{32}$/);
    expect(Date.parse(expiresAt)).toBeGreaterThan(Date.now());
    for (const byte of Buffer.from(`\r\n${ping('one')}\r\n\n`)) client.socket.write(Buffer.from([byte]));
    expect(await client.next()).toBe(pong('one'));
    client.write(ping('two'), '', ping('three'));
    expect([await client.next(), await client.next()]).toEqual([pong('two'), pong('three')]);
  });

  it.each([
    ['another method', request('tools/list'), 'must initialize first'],
    ['a notification', '{"jsonrpc":"2.0","method":"initialize","params":{"token":"secret"}}', 'must initialize first'],
    ['params that are no object', request('initialize', [1]), 'invalid initialize params'],
    ['no token', request('initialize', {}), 'missing authentication token'],
    ['a token that is no string', withToken(7), 'missing authentication token'],
    [
      'a token twice',
      '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"token":"secret","Token":"x"}}',
      'missing',
    ],
    ['a token with a line break', withToken('a\nb'), 'invalid token format'],
    ['a wrong token', withToken('wrong'), 'Authentication failed'],
  ])('first %s: 4010, closed, and nothing behind it is read', async (_, line, text) => {
    client.write(line, withToken('secret'), ping('behind'));
    const error = await errorOf();
    expect(error).toMatchObject({ code: 4010, data: { reason: 'unauthorized' } });
    expect(error.message).toContain(text);
    client.write(withToken('secret'));
    await client.closed;
    expect(client.unread).toEqual([]);
  });

  it.each([
    ['text that is no JSON', '{"jsonrpc":'],
    ['two objects', `${ping('a')}${ping('b')}`],
    ['an array', `[${ping('a')}]`],
    ['a number', '1'],
    ['text that is not UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
  ])('%s: -32700, closed, and nothing behind it is read', async (_, line) => {
    await authenticate();
    client.socket.write(Buffer.concat([Buffer.from(line), Buffer.from(`\n${ping('behind')}\n`)]));
    expect((await errorOf()).code).toBe(-32700);
    await client.closed;
    expect(client.unread).toEqual([]);
  });

  it('an object that is no message: -32600, stays', async () => {
    await authenticate();
    client.write('{"a":1}', ' {"jsonrpc":"2.0","id":null,"method":"ping"}', ping('still'));
    expect([(await errorOf()).code, (await errorOf()).code]).toEqual([-32600, -32600]);
    expect(await client.next()).toBe(pong('still'));
  });

  it.each([
    ['64 KiB before its sender is known', 64 * 1024, false],
    ['1 MiB later', 1024 * 1024, true],
  ])('a line over %s: 4130, closed, whether its end has come or not', async (_, length, known) => {
    if (known) await authenticate();
    client.socket.write(`{${' '.repeat(length)}`);
    expect((await errorOf()).code).toBe(4130);
    await client.closed;
    const other = new LineSocket(`${gateway.addresses.tcp}`);
    if (known) other.write(withToken('secret'));
    if (known) await other.next();
    other.write(call(1, `{"message":"${'x'.repeat(length)}"}`));
    expect(JSON.parse(await other.next()).error.code).toBe(4130);
    await other.closed;
  });

  it('serves the generator, which speaks lines too', async () => {
    const target = `${gateway.addresses.tcp}?framing=lines`;
    const metrics = await runHere(planOf({ target, token: 'secret', requests: '300', vus: '4' }));
    expect(outcomesOf(metrics)).toEqual({ ok: 300 });
    await expect(runHere(planOf({ target, token: 'wrong', requests: '1', vus: '1' }))).rejects.toThrow('refused');
  });
});

describe('tcp lines, times', () => {
  it('closes what does not authenticate in time, and half a line', async () => {
    const gateway = await startGateway({
      ...quiet,
      token: 'secret',
      limits: { handshakeMillis: 150, frameMillis: 150 },
    });
    const silent = new LineSocket(`${gateway.addresses.tcp}`);
    silent.socket.write('{');
    expect(JSON.parse(await silent.next()).error).toMatchObject({ code: 5040, message: 'Handshake timed out' });
    await silent.closed;
    const slow = new LineSocket(`${gateway.addresses.tcp}`);
    slow.write(withToken('secret'));
    await slow.next();
    slow.socket.write('{"jsonrpc"');
    expect(JSON.parse(await slow.next()).error).toMatchObject({ code: 5040, message: 'Frame timed out' });
    await slow.closed;
    await gateway.stop();
  });

  it('reads what follows a signed token only when that is checked', async () => {
    const gateway = await startGateway({ ...quiet, jwt: { secret, issuer, audience } });
    const client = new LineSocket(`${gateway.addresses.tcp}`);
    client.write(withToken(await signed()), ping('first'), ping('second'));
    expect(await client.next()).toContain('sessionId');
    expect([await client.next(), await client.next()]).toEqual([pong('first'), pong('second')]);
    client.socket.destroy();
    await gateway.stop();
  });
});
