import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type RunningGateway, startGateway } from '../../../src/gateway/gateway.ts';
import { frontEndContract, quiet } from '../../contracts/frontend.ts';
import { audience, epoch, issuer, secret, signed } from '../../support/tokens.ts';
import { webSocketClient } from '../clients.ts';

frontEndContract({
  name: 'websocket',
  timeoutCode: 5040,
  overloadedCode: 5030,
  connect: (gateway, token) => webSocketClient(gateway, token ? { authorization: `Bearer ${token}` } : {}),
});

describe('websocket front end', () => {
  let gateway: RunningGateway;
  beforeAll(async () => {
    gateway = await startGateway(quiet);
  });
  afterAll(() => gateway.stop());

  const open = async (path = '/mcp', options: WebSocket.ClientOptions = {}, protocols: string[] = []) => {
    const url = new URL(path, gateway.addresses.websocket);
    const socket = new WebSocket(url, protocols, options);
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    return socket;
  };
  const closeCode = (socket: WebSocket) => new Promise<number>((resolve) => socket.once('close', resolve));

  it('serves /mcp and /ws, and takes the subprotocol mcp when it is offered', async () => {
    const plain = await open('/ws');
    expect(plain.protocol).toBe('');
    const chosen = await open('/mcp', {}, ['other', 'mcp']);
    expect(chosen.protocol).toBe('mcp');
    expect(chosen.extensions).toBe('');
    plain.terminate();
    chosen.terminate();
    await expect(open('/elsewhere')).rejects.toThrow('404');
  });

  it('refuses pages from elsewhere and names that are not this machine', async () => {
    await expect(open('/mcp', { origin: 'https://evil.example' })).rejects.toThrow('403');
    await expect(open('/mcp', { headers: { host: '127.evil.example' } })).rejects.toThrow('403');
    (await open('/mcp', { origin: 'http://localhost:3000' })).terminate();
  });

  it.each([
    ['a binary frame', 1003, (socket: WebSocket) => socket.send(Buffer.from('{}'))],
    ['a message over 1 MiB', 1009, (socket: WebSocket) => socket.send('x'.repeat(1024 * 1024 + 1))],
    [
      'text that is not UTF-8',
      1007,
      (socket: WebSocket) => socket.send(Buffer.from([0x22, 0xff, 0x22]), { binary: false }),
    ],
  ])('closes on %s with %i', async (_, code, send) => {
    const socket = await open();
    const closed = closeCode(socket);
    send(socket);
    expect(await closed).toBe(code);
  });

  it('answers text that is no JSON with -32700, and stays', async () => {
    const client = await webSocketClient(gateway);
    expect(await client.request('garbage')).toBe(
      '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error: not one JSON value"}}',
    );
    expect(await client.request('{"jsonrpc":"2.0","id":1,"method":"ping"}')).toContain('"result"');
    client.close();
  });

  it('refuses an upgrade without the token with 401 and code 4010', async () => {
    const guarded = await startGateway({ ...quiet, token: 'secret' });
    const { port } = new URL(`${guarded.addresses.websocket}`);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(
      'GET /mcp HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
    );
    const answer = await text(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 401 Unauthorized\r\n/);
    expect(answer).toContain('www-authenticate: Bearer');
    expect(JSON.parse(answer.split('\r\n\r\n')[1]).error.code).toBe(4010);
    await guarded.stop();
  });

  it('closes with 1008 when the token ends', async () => {
    const guarded = await startGateway({ ...quiet, jwt: { secret, issuer, audience } });
    const headers = { authorization: `Bearer ${await signed({ exp: epoch(-28) })}` };
    const socket = new WebSocket(`${guarded.addresses.websocket}`, { headers });
    expect(await closeCode(socket)).toBe(1008);
    await guarded.stop();
  });

  it('sends 1001 to idle clients when drained', async () => {
    const other = await startGateway(quiet);
    const socket = new WebSocket(`${other.addresses.websocket}`);
    await new Promise((resolve) => socket.once('open', resolve));
    const closed = closeCode(socket);
    await other.drain();
    expect(await closed).toBe(1001);
  });
});
