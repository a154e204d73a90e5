import { once } from 'node:events';
import net from 'node:net';
import { fetch } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Server, startNullServer } from '../../../bench/support/null-server.ts';
import { whileRunning } from '../../../bench/support/processes.ts';
import { encodeFrame, FrameType, frameHeaderBytes } from '../../../src/wire/mcpb-frame.ts';
import { needs } from '../../support/programs.ts';

const list = (id: number | string) => JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/list' });

needs('cc')('the null server', () => {
  let server: Server;
  beforeAll(async () => {
    server = await startNullServer();
  });
  afterAll(() => server.stop());

  const connect = (transport: 'http' | 'websocket' | 'tcp') =>
    net.connect({ host: '127.0.0.1', port: Number(new URL(server.urls[transport]).port), noDelay: true });

  /** Everything the server sends to `bytes`, read until it closes or `until` is content. */
  async function exchange(transport: 'http' | 'websocket' | 'tcp', chunks: readonly Uint8Array[], until: Done) {
    const socket = connect(transport);
    await once(socket, 'connect');
    const received = collect(socket, until);
    for (const chunk of chunks) await new Promise<unknown>((resolve) => socket.write(chunk, resolve));
    return received.finally(() => socket.destroy());
  }

  describe('over HTTP', () => {
    const post = (body: string) => fetch(server.urls.http, { method: 'POST', body });
    const raw = (body: string) =>
      Buffer.from(`POST /any HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`);

    it('lists one tool under the id of the request', async () => {
      expect(await (await post(list(7))).json()).toMatchObject({ id: 7, result: { tools: [{ name: 'echo' }] } });
    });

    it.each(['plain', 'with "quotes", {braces} and \\'])('copies the string id %s', async (id) => {
      expect(await (await post(list(id))).json()).toMatchObject({ id });
    });

    it('takes id and method from the top level only', async () => {
      const body = '{"params":{"id":1,"method":"initialize","a":["id",{"id":2}]}, "method" : "tools/list", "id" : 3 }';
      expect(await (await post(body)).json()).toMatchObject({ id: 3, result: { tools: [{}] } });
    });

    it('answers initialize', async () => {
      const reply = await post('{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}');
      expect(await reply.json()).toMatchObject({
        result: { capabilities: {}, serverInfo: {}, protocolVersion: '2025-11-25' },
      });
    });

    it('answers any other method with an empty result', async () => {
      expect(await (await post('{"jsonrpc":"2.0","id":1,"method":"ping"}')).json()).toEqual({
        jsonrpc: '2.0',
        id: 1,
        result: {},
      });
    });

    it('accepts a notification without a body', async () => {
      const reply = await post('{"jsonrpc":"2.0","method":"notifications/initialized"}');
      expect([reply.status, await reply.text()]).toEqual([202, '']);
    });

    it('refuses other verbs and keeps the connection', async () => {
      const verbs = Buffer.concat([Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'), raw(list(1))]);
      const text = (await exchange('http', [verbs], contains('"id":1'))).toString();
      expect(text).toMatch(/^HTTP\/1.1 405 [\s\S]*HTTP\/1.1 200 /);
    });

    it('closes after a POST without a length', async () => {
      const bytes = Buffer.from('POST / HTTP/1.1\r\nHost: x\r\n\r\n');
      expect((await exchange('http', [bytes], untilClosed)).toString()).toMatch(/^HTTP\/1.1 411 /);
    });

    it('answers pipelined requests in order', async () => {
      const text = (
        await exchange('http', [Buffer.concat([1, 2, 3].map((id) => raw(list(id))))], contains('"id":3'))
      ).toString();
      expect([...text.matchAll(/"id":(\d)/g)].map(([, id]) => id)).toEqual(['1', '2', '3']);
    });

    it('puts a request together from single bytes', async () => {
      expect((await exchange('http', singleBytes(raw(list(42))), contains('"id":42'))).toString()).toMatch(
        /^HTTP\/1.1 200 /,
      );
    });

    it('holds back replies that a slow reader has no room for, and serves others meanwhile', async () => {
      const count = 50_000;
      const slow = connect('http').pause();
      slow.write(Buffer.concat(Array.from({ length: count }, (_, id) => raw(list(id)))));
      for (let turn = 0; turn < 300; turn++) await (await post(list(turn))).text();
      slow.resume();
      const text = (await collect(slow, contains(`"id":${count - 1},`))).toString();
      slow.destroy();
      const ids = [...text.matchAll(/"id":(\d+)/g)].map(([, id]) => Number(id));
      expect(ids).toEqual(Array.from({ length: count }, (_, id) => id));
    });

    it('serves 200 connections at once', async () => {
      const ids = Array.from({ length: 200 }, (_, id) => id);
      const sockets = await Promise.all(ids.map(() => connected(connect('http'))));
      const replies = await Promise.all(
        sockets.map((socket, id) => {
          socket.write(raw(list(id)));
          return collect(socket, contains(`"id":${id},`));
        }),
      );
      for (const socket of sockets) socket.destroy();
      expect(replies).toHaveLength(200);
    });
  });

  describe('over WebSocket', () => {
    async function open(protocols: string[] = []) {
      const socket = new WebSocket(server.urls.websocket, protocols);
      await once(socket, 'open');
      return socket;
    }
    const upgrade = 'GET / HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';
    const frame = (text: string) => {
      const mask = [1, 2, 3, 4];
      return Buffer.from([
        0x81,
        0x80 | text.length,
        ...mask,
        ...Buffer.from(text).map((byte, at) => byte ^ mask[at & 3]),
      ]);
    };

    it("answers the standard's sample key", async () => {
      const text = (await exchange('websocket', [Buffer.from(upgrade)], contains('\r\n\r\n'))).toString();
      expect(text).toContain('Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n');
    });

    it('agrees to the subprotocol mcp', async () => {
      const socket = await open(['mcp']);
      expect(socket.protocol).toBe('mcp');
      socket.terminate();
    });

    it.each([0, 200, 70_000])('answers a request padded by %i bytes', async (padding) => {
      const socket = await open();
      socket.send(JSON.stringify({ jsonrpc: '2.0', id: 'x'.repeat(padding + 1), method: 'tools/list' }));
      const [data, isBinary] = await once(socket, 'message');
      expect([JSON.parse(data).id.length, isBinary]).toEqual([padding + 1, false]);
      socket.terminate();
    });

    it('answers pings and gives a close frame back', async () => {
      const socket = await open();
      socket.ping('are you there');
      const [payload] = await once(socket, 'pong');
      socket.close(4000, 'done');
      const [code, reason] = await once(socket, 'close');
      expect([String(payload), code, String(reason)]).toEqual(['are you there', 4000, 'done']);
    });

    it('puts upgrade and frames together from single bytes', async () => {
      const bytes = Buffer.concat([Buffer.from(upgrade), frame(list(1)), frame(list(2))]);
      expect((await exchange('websocket', singleBytes(bytes), contains('"id":2'))).toString()).toContain('"id":1');
    });

    it('closes on a frame without a mask and on a request without a key', async () => {
      const unmasked = Buffer.concat([Buffer.from(upgrade), Buffer.from([0x81, 2]), Buffer.from('{}')]);
      expect((await exchange('websocket', [unmasked], untilClosed)).toString()).toMatch(/^HTTP\/1.1 101 /);
      const keyless = Buffer.from('GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n');
      expect((await exchange('websocket', [keyless], untilClosed)).toString()).toMatch(/^HTTP\/1.1 400 /);
    });
  });

  describe('over TCP', () => {
    const offer = encodeFrame(FrameType.versionNegotiation, '{"min_version":1,"max_version":1}');
    const request = (id: number) => encodeFrame(FrameType.request, list(id));

    it('agrees to version 1', async () => {
      const reply = await exchange('tcp', [offer], contains('}'));
      expect([reply.readUInt16BE(6), reply.toString('utf8', frameHeaderBytes)]).toEqual([
        FrameType.versionAck,
        '{"agreed_version":1}',
      ]);
    });

    it('answers requests without negotiation, pipelined and split anywhere', async () => {
      const bytes = Buffer.concat([request(1), encodeFrame(FrameType.request, '{"method":"a"}'), request(2)]);
      for (const chunks of [[bytes], singleBytes(bytes)]) {
        const reply = await exchange(
          'tcp',
          chunks,
          contains(
            '"id":2,"result":{"tools":[{"name":"echo","description":"Echo a message","inputSchema":{"type":"object"}}]}}',
          ),
        );
        const frames = frameTypesAndIds(reply);
        expect(frames).toEqual([
          [FrameType.response, 1],
          [FrameType.response, 2],
        ]);
      }
    });

    it('answers a health check with an empty one', async () => {
      const empty = encodeFrame(FrameType.healthCheck, '');
      expect(await exchange('tcp', [empty], (bytes) => bytes.length >= frameHeaderBytes)).toEqual(empty);
    });

    it('closes on anything that is not a frame', async () => {
      expect(await exchange('tcp', [Buffer.from('GET / HTTP/1.1\r\n\r\n')], untilClosed)).toHaveLength(0);
    });
  });

  it('stands still as often and as long as it is told', async () => {
    const freeze = { milliseconds: 50, everyMilliseconds: 200 };
    await whileRunning(await startNullServer(undefined, freeze), async ({ urls }) => {
      const end = performance.now() + 3 * freeze.everyMilliseconds;
      const waits: number[] = [];
      while (performance.now() < end) {
        const sent = performance.now();
        await (await fetch(urls.http, { method: 'POST', body: list(1) })).text();
        waits.push(performance.now() - sent);
      }
      const frozen = waits.filter((wait) => wait > 0.5 * freeze.milliseconds);
      expect(frozen.length).toBeGreaterThanOrEqual(2);
      expect(waits.length).toBeGreaterThan(5 * frozen.length);
    });
  });

  it('tallies replies over all transports, and connections from their first reply until they close', async () => {
    await whileRunning(await startNullServer(), async ({ urls, tally }) => {
      const to = (url: string) => connected(net.connect({ host: '127.0.0.1', port: Number(new URL(url).port) }));
      const socket = new WebSocket(urls.websocket);
      const [http, tcp] = await Promise.all([to(urls.http), to(urls.tcp), once(socket, 'open')]);
      expect(tally()).toEqual({ replies: 0, connections: 0 });

      http.write(`POST / HTTP/1.1\r\nContent-Length: ${list(1).length}\r\n\r\n${list(1)}GET / HTTP/1.1\r\n\r\n`);
      await collect(http, contains('405'));
      expect(tally()).toEqual({ replies: 1, connections: 1 });
      tcp.write(Buffer.concat([2, 3].map((id) => encodeFrame(FrameType.request, list(id)))));
      await collect(tcp, contains('"id":3'));
      socket.send(list(4));
      await once(socket, 'message');
      expect(tally()).toEqual({ replies: 4, connections: 3 });

      socket.terminate();
      tcp.destroy();
      await expect.poll(tally).toEqual({ replies: 4, connections: 1 });
      http.destroy();
      await expect.poll(tally).toEqual({ replies: 4, connections: 0 });
    });
  });

  it('ends with 0 on SIGTERM', async () => {
    const another = await startNullServer();
    await another.stop();
    expect(await another.ended).toMatchObject({ code: 0, stderr: '' });
  });
});

type Done = (received: Buffer) => boolean;
const untilClosed: Done = () => false;
const contains =
  (text: string): Done =>
  (received) =>
    received.includes(text);
const singleBytes = (bytes: Buffer) => Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));

/** What a socket receives until `done` says so or the other side closes. */
function collect(socket: net.Socket, done: Done): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    socket.on('error', reject).on('end', () => resolve(Buffer.concat(chunks)));
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      const tail = Buffer.concat(chunks.slice(-2));
      if (done(tail)) resolve(Buffer.concat(chunks));
    });
  });
}

async function connected(socket: net.Socket): Promise<net.Socket> {
  await once(socket, 'connect');
  return socket;
}

function frameTypesAndIds(bytes: Buffer): [type: number, id: number][] {
  const frames: [number, number][] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + frameHeaderBytes + bytes.readUInt32BE(at + 8);
    frames.push([bytes.readUInt16BE(at + 6), JSON.parse(bytes.toString('utf8', at + frameHeaderBytes, end)).id]);
    at = end;
  }
  return frames;
}
