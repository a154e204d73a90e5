import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { Pool } from 'undici';
import { WebSocketServer } from 'ws';
import { encodeFrame, FrameType, frameHeaderBytes } from '../../src/wire/mcpb-frame.ts';
import { headers } from '../workload.ts';

/**
 * A gateway as one would write it in an hour: `ws`, `node:http`, `node:net` and a pool of undici's, every message parsed, replies of its
 * own stringified. With the URL of an MCP server as argument it passes requests on, without one it answers by itself.
 */
const tools = [{ name: 'echo', description: 'Echo a message', inputSchema: { type: 'object' } }];
const serverInfo = { name: 'naive-gateway', version: '1.0.0' };
const results: Readonly<Record<string, unknown>> = {
  'tools/list': { tools },
  initialize: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo },
};

const [, , target] = process.argv;
const upstream =
  target === undefined
    ? undefined
    : { url: new URL(target), pool: new Pool(new URL(target).origin, { connections: 64 }) };

/** The reply to a request, or undefined for a notification. */
async function reply(message: string): Promise<string | undefined> {
  const { id, method } = JSON.parse(message);
  if (id === undefined) return undefined;
  if (upstream === undefined) return JSON.stringify({ jsonrpc: '2.0', id, result: results[method] ?? {} });
  const { body } = await upstream.pool.request({ path: upstream.url.pathname, method: 'POST', headers, body: message });
  return body.text();
}

const server = http.createServer((request, response) => {
  if (request.method !== 'POST') {
    response.writeHead(405).end();
    return;
  }
  let message = '';
  request.setEncoding('utf8').on('data', (chunk) => {
    message += chunk;
  });
  request.on('end', async () => {
    const body = await reply(message);
    if (body === undefined) response.writeHead(202).end();
    else response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  });
});

const protocols = (offered: Set<string>) => (offered.has('mcp') ? 'mcp' : false);
const sockets = new WebSocketServer({ server, perMessageDeflate: false, handleProtocols: protocols });
sockets.on('connection', (socket) => {
  socket.on('message', async (data) => {
    const body = await reply(data.toString());
    if (body !== undefined) socket.send(body);
  });
});

const frames = net.createServer({ noDelay: true }, (socket) => {
  let received: Buffer = Buffer.alloc(0);
  const send = (type: FrameType, payload: string) => socket.write(encodeFrame(type, payload));
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= frameHeaderBytes) {
      const end = frameHeaderBytes + received.readUInt32BE(8);
      if (received.length < end) return;
      const type = received.readUInt16BE(6);
      const message = received.toString('utf8', frameHeaderBytes, end);
      received = received.subarray(end);
      if (type === FrameType.healthCheck) send(type, '');
      else if (type === FrameType.versionNegotiation) send(FrameType.versionAck, '{"agreed_version":1}');
      else if (type === FrameType.request) reply(message).then((body) => body && send(FrameType.response, body));
    }
  });
});

server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, () => {
  frames.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, () => {
    const [web, tcp] = [server, frames].map((one) => `127.0.0.1:${(one.address() as AddressInfo).port}`);
    const addresses = { http: `http://${web}/mcp`, websocket: `ws://${web}/mcp`, tcp: `tcp://${tcp}` };
    console.log(JSON.stringify({ addresses }));
  });
});
