import { type EventEmitter, once } from 'node:events';
import { get, request } from 'node:http';
import { request as secureRequest } from 'node:https';
import { connect, type Socket } from 'node:net';
import { connect as secureConnect } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import {
  type Address,
  endpoints,
  type SelftestTransport,
  selftestTransports,
  serialTransports,
} from '../../src/selftest/endpoint.ts';
import {
  type Client,
  type EndpointCase,
  endpointContract,
  multiplexedEndpointContract,
} from '../contracts/endpoint.ts';
import { tcpFrame } from '../support/servers/tcp.ts';

function closed(socket: EventEmitter): Promise<void> {
  socket.on('error', () => undefined);
  return new Promise((resolve) => socket.on('close', () => resolve()));
}

/** Text in and out of a WebSocket, as it is unless told otherwise. */
async function overWebSocket(
  { url, ca }: Address,
  wrapped: (text: string) => string = (text) => text,
  unwrapped: (text: string) => string = (text) => text,
): Promise<Client> {
  const socket = new WebSocket(url, { ca });
  const received: string[] = [];
  socket.on('message', (message) => received.push(unwrapped(String(message))));
  await once(socket, 'open');
  return { send: (text) => socket.send(wrapped(text)), received, gone: closed(socket) };
}

/** Takes whole messages from the front of what has come; what is left stays. */
type Split = (bytes: Buffer, received: string[]) => Buffer;

async function overSocket(
  { url, ca }: Address,
  packed: (text: string) => string | Buffer,
  split: Split,
): Promise<Client> {
  const { port, hostname: host } = new URL(url);
  const socket: Socket =
    ca === undefined ? connect(Number(port), host) : secureConnect({ host, port: Number(port), ca });
  let bytes: Buffer = Buffer.alloc(0);
  const received: string[] = [];
  socket.on('data', (chunk) => {
    bytes = split(Buffer.concat([bytes, Buffer.from(chunk)]), received);
  });
  await once(socket, ca === undefined ? 'connect' : 'secureConnect');
  return { send: (text) => socket.write(packed(text)), received, gone: closed(socket) };
}

const frames: Split = (bytes, received) => {
  let left = bytes;
  while (left.length >= 12 && left.length >= 12 + left.readInt32BE(8)) {
    const end = 12 + left.readInt32BE(8);
    received.push(left.toString('utf8', 12, end));
    left = left.subarray(end);
  }
  return left;
};

const lines: Split = (bytes, received) => {
  const texts = String(bytes).split('\n');
  const left = texts.pop()!;
  received.push(...texts);
  return Buffer.from(left);
};

/** The data of the events of a stream. */
function dataOf(stream: string): string[] {
  return [...stream.matchAll(/^event: message\ndata: (.*)\n\n/gm)].map(([, data]) => data);
}

/** A POST for each message, with what its reply held. */
function overHttp({ url, ca }: Address, messagesIn: (body: string) => readonly string[]): Client {
  const received: string[] = [];
  const gone = Promise.withResolvers<void>();
  return {
    received,
    gone: gone.promise,
    send: (text) => {
      const options = { method: 'POST', headers: { 'content-type': 'application/json' } };
      const sent = ca === undefined ? request(url, options) : secureRequest(url, { ...options, ca });
      sent.on('error', () => gone.resolve());
      sent.on('response', async (response) =>
        received.push(...messagesIn(Buffer.concat(await response.toArray()).toString())),
      );
      sent.end(text);
    },
  };
}

/** POSTs to where the stream says, replies on the stream. */
async function overStream({ url }: Address): Promise<Client> {
  const [response] = await once(get(url.replace('sse+', '')), 'response');
  const [first] = await once(response.setEncoding('utf8'), 'data');
  const path = /^event: endpoint\ndata: (.*)\n\n$/.exec(first)![1];
  const received: string[] = [];
  response.on('data', (text: string) => received.push(...dataOf(text)));
  const post = overHttp({ url: new URL(path, url.replace('sse+', '')).href }, () => []);
  return { send: post.send, received, gone: closed(response) };
}

const clients: Readonly<Record<SelftestTransport, (address: Address) => Client | Promise<Client>>> = {
  websocket: overWebSocket,
  wss: overWebSocket,
  envelope: (address) =>
    overWebSocket(
      address,
      (text) => `{"id":${JSON.parse(text).id},"source":"test","mcp_payload":${text}}`,
      (text) => JSON.stringify(JSON.parse(text).mcp_payload),
    ),
  tcp: (address) => overSocket(address, (text) => tcpFrame(1, text), frames),
  tcps: (address) => overSocket(address, (text) => tcpFrame(1, text), frames),
  lines: (address) => overSocket(address, (text) => `${text}\n`, lines),
  http: (address) => overHttp(address, (body) => [body]),
  https: (address) => overHttp(address, (body) => [body]),
  'event-stream': (address) => overHttp(address, dataOf),
  sse: overStream,
};

describe('envelope', () => {
  const message = (id: number) => ({ jsonrpc: '2.0', id, method: 'tools/list' });
  const exchanged = async (request: object) => {
    const endpoint = await endpoints.envelope((answer) => answer());
    onTestFinished(() => endpoint.close());
    const { send, received } = await overWebSocket(endpoint.address);
    send(JSON.stringify(request));
    await expect.poll(() => received.length).toBe(1);
    return JSON.parse(received[0]);
  };

  it('replies as a gateway, with the id of the message', async () => {
    const payload = { jsonrpc: '2.0', id: 7, result: { tools: [] } };
    const reply = { id: 7, timestamp: expect.any(String), source: 'gateway', mcp_payload: payload };
    expect(await exchanged({ id: 7, source: 'mcpb', mcp_payload: message(7) })).toEqual(reply);
    expect(await exchanged({ mcp_payload: message(7), source: 'mcpb', id: 7 })).toEqual(reply);
  });

  it.each([
    ['another id outside than inside', { id: 8, mcp_payload: message(7) }, 7],
    ['no id outside', { mcp_payload: message(7) }, 7],
    ['no message', { id: 8 }, 8],
  ])('refuses %s', async (_, request, id) => {
    const { mcp_payload } = await exchanged(request);
    expect(mcp_payload).toMatchObject({ id, error: { code: -32600 } });
    expect(mcp_payload).not.toHaveProperty('result');
  });
});

for (const transport of selftestTransports) {
  const one: EndpointCase = { transport, connect: async (address) => clients[transport](address) };
  endpointContract(one);
  if (!serialTransports.has(transport)) multiplexedEndpointContract(one);
}
