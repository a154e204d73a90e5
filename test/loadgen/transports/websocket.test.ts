import { describe, expect, it } from 'vitest';
import { transportContract } from '../../contracts/transport.ts';
import { outcomesOf, planOf, runHere, startEngine } from '../../support/engine.ts';
import { overTls } from '../../support/servers/over-tls.ts';
import { serve } from '../../support/servers/serve.ts';
import { type Answer, type Exchange, reply, trickle } from '../../support/servers/server.ts';
import { startWebSocketServer, websocketFrame } from '../../support/servers/websocket.ts';

const contract = {
  name: 'websocket',
  multiplexed: true,
  deleted: ['close 1000', 'end'],
  goodbye: websocketFrame('', 0x88),
} as const;
transportContract({ ...contract, start: startWebSocketServer });
transportContract({ ...contract, over: 'TLS', start: overTls(startWebSocketServer) });

const Head = { more: 0x01, continued: 0x00, last: 0x80, binary: 0x82, close: 0x88, ping: 0x89, pong: 0x8a };

async function outcomes(answer: Answer) {
  const server = await serve(startWebSocketServer, { answer });
  const metrics = await runHere(planOf({ target: server.url, requests: '3', vus: '1' }));
  return { server, metrics, outcomes: outcomesOf(metrics) };
}

/** A message in three fragments, with control frames between them. */
function fragments({ id }: Exchange): Buffer {
  const text = reply(id, 'é'.repeat(300));
  return Buffer.concat([
    websocketFrame(text.slice(0, 5), Head.more),
    websocketFrame('are you there', Head.ping),
    websocketFrame(text.slice(5, 200), Head.continued),
    websocketFrame('', Head.pong),
    websocketFrame(text.slice(200), Head.last),
  ]);
}

describe('frames', () => {
  it('are put together from fragments, with control frames between them', async () => {
    expect((await outcomes((exchange) => exchange.write(fragments(exchange)))).outcomes).toEqual({ ok: 3 });
  });

  it('are put together whatever the pieces', async () => {
    const { outcomes: found } = await outcomes((exchange) => void trickle(exchange, fragments(exchange), 3));
    expect(found).toEqual({ ok: 3 });
  });

  it.each([
    ['masked', (text: string) => Buffer.from([0x81, 0x80 | 1, 0, 0, 0, 0, ...Buffer.from(text).subarray(0, 1)])],
    ['binary', (text: string) => websocketFrame(text, Head.binary)],
    ['compressed, which was not agreed', (text: string) => websocketFrame(text, 0xc1)],
    ['a continuation of nothing', (text: string) => websocketFrame(text, Head.last)],
    ['a new message in the midst of another', (text: string) => twice(websocketFrame(text, Head.more))],
    ['of an unknown kind', (text: string) => websocketFrame(text, 0x83)],
    ['a ping in fragments', () => websocketFrame('x', 0x09)],
    ['a ping of more than 125 bytes', () => websocketFrame('x'.repeat(126), Head.ping)],
    ['of 2 GiB', () => Buffer.from([0x81, 127, 0, 0, 0, 0, 0x80, 0, 0, 0])],
  ])('break the connection when they are %s', async (_, bytes) => {
    const { metrics, outcomes: found } = await outcomes(({ id, write }) => write(bytes(reply(id))));
    expect(found).toEqual({ protocol_error: 3 });
    expect(metrics.connections.lost).toBe(3);
  });

  it('of a close end the session, and are answered', async () => {
    const { server, outcomes: found } = await outcomes(({ write }) => write(websocketFrame('', Head.close)));
    expect(found).toEqual({ connection_lost: 3 });
    await expect.poll(() => server.endings.filter((ending) => ending === 'close 1000')).toHaveLength(4);
  });

  it('of a close in the midst of a message end the session', async () => {
    const { outcomes: found } = await outcomes(({ id, write }) => {
      write(Buffer.concat([websocketFrame(reply(id), Head.more), websocketFrame('', Head.close)]));
    });
    expect(found).toEqual({ connection_lost: 3 });
  });
});

const twice = (bytes: Buffer) => Buffer.concat([bytes, bytes]);

describe('the upgrade', () => {
  it.each([
    ['404', 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n', { reason: 'http-status', status: 404 }],
    ['200', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', { reason: 'http-status', status: 200 }],
    [
      'the wrong key',
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: AAAA\r\n\r\n',
      { reason: 'handshake' },
    ],
  ])('fails when it is answered with %s', async (_, answer, failure) => {
    const server = await serve(startWebSocketServer, { instead: (socket) => socket.write(answer) });
    expect(await startEngine(planOf({ target: server.url })).failure).toMatchObject(failure);
  });
});
