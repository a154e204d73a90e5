import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../../../src/gateway/gateway.ts';
import { frontEndContract, quiet } from '../../contracts/frontend.ts';
import { audience, epoch, issuer, secret, signed } from '../../support/tokens.ts';
import { call, FrameSocket, frame, offer, tcpClient } from '../clients.ts';

frontEndContract({
  name: 'tcp',
  timeoutCode: -32005,
  overloadedCode: -32004,
  connect: (gateway, token) => tcpClient(gateway, token),
});

const request = (method: string, params?: unknown, id: unknown = 1): string =>
  JSON.stringify({ jsonrpc: '2.0', id, method, params });
const tokenInitialize = (token: unknown): string => request('initialize', { token });

describe('tcp state table', () => {
  let gateway: RunningGateway;
  let client: FrameSocket;
  beforeAll(async () => {
    gateway = await startGateway({ ...quiet, token: 'secret' });
  });
  afterAll(() => gateway.stop());
  beforeEach(() => {
    client = new FrameSocket(`${gateway.addresses.tcp}`);
  });
  afterEach(() => client.socket.destroy());

  const negotiate = async () => {
    client.write(6, offer);
    expect(await client.next()).toEqual({ type: 7, text: '{"agreed_version":1}' });
  };
  const authenticate = async () => {
    await negotiate();
    client.write(1, tokenInitialize('secret'));
    const { type, text } = await client.next();
    expect(type).toBe(2);
    return JSON.parse(text).result;
  };
  /** The connection is still usable. */
  const stays = async () => {
    client.write(4);
    expect(await client.next()).toEqual({ type: 4, text: '' });
  };
  const errorOf = async () => JSON.parse((await client.next()).text).error;

  describe('new', () => {
    it.each([
      ['a request', () => frame(1, request('ping'))],
      ['a health check', () => frame(4)],
      ['an unknown type', () => frame(99)],
    ])('%s: Version negotiation required, closed', async (_, bytes) => {
      client.socket.write(bytes());
      expect(await client.next()).toEqual({ type: 5, text: 'Version negotiation required' });
      await client.closed;
    });

    it.each(['{"min_version":2,"max_version":9}', 'not json', '{}', 'null'])(
      'offer %s: Version negotiation failed, closed',
      async (text) => {
        client.write(6, text);
        const answer = await client.next();
        expect(answer.type).toBe(5);
        expect(answer.text).toMatch(/^Version negotiation failed: /);
        await client.closed;
      },
    );

    it.each([
      ['bad magic', Buffer.from('GET / HTTP/1.1\r\n\r\n'), /bad magic/],
      ['an unknown version', frame(6, offer, 2), /unsupported version 2/],
      ['a length over 64 KiB', Buffer.from('4d435042000100060001000100', 'hex'), /is over 65536/],
      ['a first byte that begins neither frame nor line', Buffer.from('P'), /bad magic/],
    ])('%s: Error frame, closed', async (_, bytes, text) => {
      client.socket.write(bytes);
      const answer = await client.next();
      expect(answer.type).toBe(5);
      expect(answer.text).toMatch(text);
      await client.closed;
    });

    it('takes a frame byte by byte', async () => {
      for (const byte of frame(6, offer)) client.socket.write(Buffer.from([byte]));
      expect((await client.next()).type).toBe(7);
    });
  });

  describe('negotiated', () => {
    beforeEach(negotiate);

    it('a second negotiation: told so, stays', async () => {
      client.write(6, offer);
      expect(await client.next()).toEqual({ type: 5, text: 'Version already negotiated' });
      await stays();
    });

    it.each([
      ['another method', request('tools/list'), 'Unauthorized: must initialize first'],
      ['params that are no object', request('initialize', [1]), 'Unauthorized: invalid initialize params'],
      ['no params', request('initialize'), 'Unauthorized: invalid initialize params'],
      ['no token', request('initialize', {}), 'Unauthorized: missing authentication token'],
      ['a token that is no string', tokenInitialize(7), 'Unauthorized: missing authentication token'],
      ['an empty token', tokenInitialize(''), 'Unauthorized: invalid token format'],
      ['a token with a line break', tokenInitialize('a\nb'), 'Unauthorized: invalid token format'],
      ['a token over 4096 bytes', tokenInitialize('x'.repeat(4097)), 'Unauthorized: invalid token format'],
    ])('%s: -32603, stays', async (_, text, message) => {
      client.write(1, text);
      expect(await errorOf()).toEqual({ code: -32603, message });
      await stays();
    });

    it('a wrong token: Authentication failed, closed', async () => {
      client.write(1, tokenInitialize('wrong'));
      expect(await errorOf()).toEqual({ code: -32603, message: 'Authentication failed' });
      await client.closed;
    });
  });

  describe('authenticated', () => {
    it('is told its session, then pipelines, MCP initialize included', async () => {
      const { sessionId, expiresAt } = await authenticate();
      expect(sessionId).toMatch(/^[0-9a-f]{32}$/);
      expect(Date.parse(expiresAt)).toBeGreaterThan(Date.now());
      client.socket.write(
        Buffer.concat([
          frame(1, request('initialize', { protocolVersion: '2025-11-25' }, 'mcp')),
          frame(1, request('tools/list', undefined, 'list')),
          frame(1, call('call', '{"message":"m"}')),
        ]),
      );
      const ids = [];
      for (let i = 0; i < 3; i++) ids.push(JSON.parse((await client.next()).text).id);
      expect(ids.sort()).toEqual(['call', 'list', 'mcp']);
    });

    it.each([
      ['response', 2, request('x'), 'Unexpected response message from client'],
      ['version ack', 7, '{}', 'Unexpected version ack from client'],
    ])('a %s: told so, stays', async (_, type, text, answer) => {
      await authenticate();
      client.write(type, text);
      expect(await client.next()).toEqual({ type: 5, text: answer });
      await stays();
    });

    it('control and error frames: nothing, stays', async () => {
      await authenticate();
      client.write(3, '{}');
      client.write(5, 'oops');
      await stays();
    });

    it('an unknown type: told so, closed', async () => {
      await authenticate();
      client.write(99);
      expect(await client.next()).toEqual({ type: 5, text: 'Unknown message type' });
      await client.closed;
    });

    it('a request that is no JSON: Error frame, closed', async () => {
      await authenticate();
      client.write(1, '{"jsonrpc":');
      expect(await client.next()).toEqual({ type: 5, text: 'Malformed message' });
      await client.closed;
    });

    it.each([
      ['id null', '{"jsonrpc":"2.0","id":null,"method":"ping"}', /^Invalid request ID: /],
      ['id true', '{"jsonrpc":"2.0","id":true,"method":"ping"}', /^Invalid request ID: /],
      ['a fractional id', '{"jsonrpc":"2.0","id":1.5,"method":"ping"}', /^Invalid request ID: /],
      ['a method that is no string', '{"jsonrpc":"2.0","id":1,"method":7}', /^Invalid method: /],
      ['a method with other characters', '{"jsonrpc":"2.0","id":1,"method":"a b"}', /^Invalid method: /],
      ['a method with two dots', '{"jsonrpc":"2.0","id":1,"method":"a/../b"}', /^Invalid method: /],
    ])('%s: -32603, closed', async (_, text, message) => {
      await authenticate();
      client.write(1, text);
      const error = await errorOf();
      expect(error.code).toBe(-32603);
      expect(error.message).toMatch(message);
      await client.closed;
    });

    it('a length over 10 MiB: Error frame, closed', async () => {
      await authenticate();
      client.socket.write(Buffer.from('4d4350420001000100a00001', 'hex'));
      expect((await client.next()).text).toMatch(/is over 10485760/);
      await client.closed;
    });

    it('takes {auth_token, message}, and closes when the token is wrong', async () => {
      await authenticate();
      client.write(1, `{"auth_token":"secret","message":${request('ping', undefined, 'in')}}`);
      expect((await client.next()).text).toBe('{"jsonrpc":"2.0","id":"in","result":{}}');
      client.write(1, `{"auth_token":"wrong","message":${request('ping')}}`);
      expect(await errorOf()).toEqual({ code: -32603, message: 'Per-message authentication failed' });
      await client.closed;
    });

    it('a message over 1 MiB: refused with its id, stays; the frame may hold 10 MiB', async () => {
      await authenticate();
      client.write(1, call('big', `{"message":"${'x'.repeat(1024 * 1024)}"}`));
      const { id, error } = JSON.parse((await client.next()).text);
      expect([id, error.data.reason]).toEqual(['big', 'tooLarge']);
      await stays();
    });
  });
});

it('refuses a result that no frame can hold', async () => {
  const gateway = await startGateway({ ...quiet, backend: 'synthetic:size=10MB' });
  const client = await tcpClient(gateway);
  const reply = JSON.parse(await client.request(call(1, '{"message":"x"}')));
  expect(reply.error).toMatchObject({ code: -32004, data: { reason: 'backend' } });
  client.close();
  await gateway.stop();
});

describe('tcp time limits and shutdown', () => {
  it('closes what does not authenticate in time', async () => {
    const gateway = await startGateway({ ...quiet, limits: { handshakeMillis: 100 } });
    const client = new FrameSocket(`${gateway.addresses.tcp}`);
    expect(await client.next()).toEqual({ type: 5, text: 'Handshake timed out' });
    await client.closed;
    await gateway.stop();
  });

  it('closes on half a frame, and asks the silent for a sign of life', async () => {
    const gateway = await startGateway({ ...quiet, limits: { frameMillis: 400, idleMillis: 100 } });
    const client = new FrameSocket(`${gateway.addresses.tcp}`);
    client.write(6, offer);
    await client.next();
    expect(await client.next()).toEqual({ type: 4, text: '' });
    client.socket.write(frame(1, request('ping')).subarray(0, 20));
    let answer = await client.next();
    while (answer.type === 4) answer = await client.next();
    expect(answer).toEqual({ type: 5, text: 'Frame timed out' });
    await client.closed;
    await gateway.stop();
  });

  it('sends Control shutdown when drained', async () => {
    const gateway = await startGateway(quiet);
    const client = new FrameSocket(`${gateway.addresses.tcp}`);
    client.write(6, offer);
    await client.next();
    const drained = gateway.drain();
    expect(await client.next()).toEqual({ type: 3, text: '{"command":"shutdown","reason":"server shutting down"}' });
    await client.closed;
    await drained;
  });

  it('refuses connections above the limit', async () => {
    const gateway = await startGateway({ ...quiet, limits: { connections: 1 } });
    const first = new FrameSocket(`${gateway.addresses.tcp}`);
    first.write(6, offer);
    await first.next();
    const second = new FrameSocket(`${gateway.addresses.tcp}`);
    expect(await second.next()).toEqual({ type: 5, text: 'Connection limit reached' });
    await second.closed;
    first.socket.destroy();
    await gateway.stop();
  });
});

describe('tcp with signed tokens', () => {
  let gateway: RunningGateway;
  beforeAll(async () => {
    gateway = await startGateway({ ...quiet, jwt: { secret, issuer, audience } });
  });
  afterAll(() => gateway.stop());

  it('reads what follows a token only when the token is checked, in order', async () => {
    const client = new FrameSocket(`${gateway.addresses.tcp}`);
    const wrapped = `{"auth_token":${JSON.stringify(await signed({ jti: 'two' }))},"message":${request('ping', undefined, 'in')}}`;
    const foreign = `{"auth_token":${JSON.stringify(await signed({ sub: 'eve' }))},"message":${request('ping')}}`;
    // Longer than a session may be idle.
    const exp = epoch(3 * 3600);
    client.socket.write(
      Buffer.concat([
        frame(6, offer),
        frame(1, tokenInitialize(await signed({ exp }))),
        frame(1, request('ping', undefined, 'first')),
        frame(1, wrapped),
        frame(1, request('ping', undefined, 'last')),
        frame(1, foreign),
      ]),
    );
    expect((await client.next()).type).toBe(7);
    expect(JSON.parse((await client.next()).text).result.expiresAt).toBe(new Date(exp * 1000).toISOString());
    for (const id of ['first', 'in', 'last'])
      expect(JSON.parse((await client.next()).text)).toMatchObject({ id, result: {} });
    expect((await client.next()).text).toContain('Per-message authentication failed');
    await client.closed;
  });

  it('closes when the token ends', async () => {
    const client = new FrameSocket(`${gateway.addresses.tcp}`);
    client.socket.write(Buffer.concat([frame(6, offer), frame(1, tokenInitialize(await signed({ exp: epoch(-28) })))]));
    await client.next();
    expect((await client.next()).text).toContain('sessionId');
    expect(await client.next()).toEqual({ type: 5, text: 'Token expired' });
    await client.closed;
  });
});
