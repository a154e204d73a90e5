import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';

/** An echo gateway as one would write it in an hour: `ws` and `node:http`, every message parsed and stringified. */
const tools = [{ name: 'echo', description: 'Echo a message', inputSchema: { type: 'object' } }];
const serverInfo = { name: 'naive-gateway', version: '1.0.0' };
const results: Readonly<Record<string, unknown>> = {
  'tools/list': { tools },
  initialize: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo },
};

/** The reply to a request, or undefined for a notification. */
function reply(message: string): string | undefined {
  const { id, method } = JSON.parse(message);
  return id === undefined ? undefined : JSON.stringify({ jsonrpc: '2.0', id, result: results[method] ?? {} });
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
  request.on('end', () => {
    const body = reply(message);
    if (body === undefined) response.writeHead(202).end();
    else response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  });
});

const protocols = (offered: Set<string>) => (offered.has('mcp') ? 'mcp' : false);
const sockets = new WebSocketServer({ server, perMessageDeflate: false, handleProtocols: protocols });
sockets.on('connection', (socket) => {
  socket.on('message', (data) => {
    const body = reply(data.toString());
    if (body !== undefined) socket.send(body);
  });
});

server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, () => {
  const { port } = server.address() as AddressInfo;
  const host = `127.0.0.1:${port}`;
  console.log(JSON.stringify({ addresses: { http: `http://${host}/mcp`, websocket: `ws://${host}/mcp` } }));
});
