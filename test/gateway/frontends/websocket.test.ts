import { once } from 'node:events';
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

/** A socket behind the upgrade, without `ws`: for what `ws` does not send. `first`: bytes that come in one piece with the request. */
async function rawSocket(gateway: RunningGateway, first: Buffer = Buffer.alloc(0)) {
  const socket = connect(Number(new URL(`${gateway.addresses.websocket}`).port), '127.0.0.1');
  const head =
    'GET /mcp HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n';
  socket.write(Buffer.concat([Buffer.from(head), first]));
  let known = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    known = Buffer.concat([known, chunk]);
  });
  const take = async (count: number): Promise<Buffer> => {
    while (known.length < count) await once(socket, 'data');
    const taken = known.subarray(0, count);
    known = known.subarray(count);
    return taken;
  };
  while (!known.includes('\r\n\r\n')) await once(socket, 'data');
  await take(known.indexOf('\r\n\r\n') + 4);
  /** First byte and payload of the next frame, which is short. */
  const next = async () => {
    const [first, length] = await take(2);
    return { first, payload: await take(length) };
  };
  return { socket, next, closed: once(socket, 'close') };
}

/** A short masked frame. */
const masked = (first: number, payload: string | Buffer): Buffer => {
  const bytes = Buffer.from(payload);
  return Buffer.concat([
    Buffer.from([first, 0x80 | bytes.length, 1, 2, 3, 4]),
    bytes.map((byte, i) => byte ^ ((i % 4) + 1)),
  ]);
};
const codeOf = ({ first, payload }: { first: number; payload: Buffer }): number =>
  first === 0x88 ? payload.readUInt16BE(0) : Number.NaN;

describe('websocket frames', () => {
  let gateway: RunningGateway;
  beforeAll(async () => {
    gateway = await startGateway(quiet);
  });
  afterAll(() => gateway.stop());

  it('that come with the upgrade, in pieces and around a ping are served', async () => {
    const ping = '{"jsonrpc":"2.0","id":7,"method":"ping"}';
    const first = Buffer.concat([masked(0x01, ping.slice(0, 9)), masked(0x89, 'alive?')]);
    const { socket, next } = await rawSocket(gateway, first);
    expect(await next()).toEqual({ first: 0x8a, payload: Buffer.from('alive?') });
    socket.write(masked(0x00, ping.slice(9, 20)));
    socket.write(masked(0x80, ping.slice(20)));
    expect(String((await next()).payload)).toBe('{"jsonrpc":"2.0","id":7,"result":{}}');
    socket.destroy();
  });

  it.each([
    ['without a mask', Buffer.from([0x81, 0x02, 0x7b, 0x7d]), 1002],
    ['with an unknown opcode', masked(0x83, '{}'), 1002],
    ['with a reserved bit', masked(0xc1, '{}'), 1002],
    ['that continue nothing', masked(0x80, '{}'), 1002],
    ['that are control frames in pieces', masked(0x09, ''), 1002],
    ['that close with a code nobody may send', masked(0x88, Buffer.from([0x03, 0xed])), 1002],
    ['that close with a reason that is no UTF-8', masked(0x88, Buffer.from([0x03, 0xe8, 0xff])), 1007],
    ['more than 20 of control in a second', Buffer.concat(Array.from({ length: 21 }, () => masked(0x8a, ''))), 1008],
  ])('%s are refused with a close frame and the end of the connection', async (_, bytes, code) => {
    const { socket, next, closed } = await rawSocket(gateway);
    socket.write(Buffer.concat([bytes, masked(0x81, '{"jsonrpc":"2.0","id":7,"method":"ping"}')]));
    expect(codeOf(await next())).toBe(code);
    await closed;
  });

  it('that close are answered with the same code', async () => {
    const { socket, next, closed } = await rawSocket(gateway);
    socket.write(masked(0x88, Buffer.from([0x0b, 0xb9, 0x62, 0x79, 0x65])));
    expect(await next()).toEqual({ first: 0x88, payload: Buffer.from([0x0b, 0xb9]) });
    await closed;
  });

  it('have to be finished in time, and messages too', async () => {
    const hasty = await startGateway({ ...quiet, limits: { frameMillis: 200 } });
    for (const beginning of [masked(0x81, '{"jsonrpc"').subarray(0, 9), masked(0x01, '{"jsonrpc"')]) {
      const { socket, next, closed } = await rawSocket(hasty, beginning);
      expect(codeOf(await next())).toBe(1008);
      socket.end();
      await closed;
    }
    await hasty.stop();
  });

  it('are asked for by a ping when none come, and the connection ends when none answers', async () => {
    const impatient = await startGateway({ ...quiet, limits: { idleMillis: 300 } });
    const answering = new WebSocket(`${impatient.addresses.websocket}`);
    await once(answering, 'open');
    const mute = await rawSocket(impatient);
    expect(await mute.next()).toEqual({ first: 0x89, payload: Buffer.alloc(0) });
    expect(codeOf(await mute.next())).toBe(1008);
    await mute.closed;
    for (let pings = 0; pings < 2; pings++) await once(answering, 'ping');
    expect(answering.readyState).toBe(WebSocket.OPEN);
    answering.terminate();
    await impatient.stop();
  });

  it('a client that never answers the close frame is cut all the same', async () => {
    const { next, socket, closed } = await rawSocket(gateway);
    socket.write(masked(0x82, '{}'));
    expect(codeOf(await next())).toBe(1003);
    await closed;
  });
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
