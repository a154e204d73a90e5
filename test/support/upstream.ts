import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';

/** An MCP server that answers when it is told to. */
export interface Upstream {
  readonly url: string;
  /** Connections that are open now. */
  readonly connections: ReadonlySet<Socket>;
  /** Headers of the last request. */
  readonly headers: () => IncomingHttpHeaders;
  /** Sessions that were deleted. */
  readonly ended: () => number;
  /** Requests other than `initialize` that have not been answered. */
  readonly held: () => number;
  /** Answers those, and all that come later at once. */
  release(): void;
  close(): Promise<void>;
}

/** `padding`: characters in every result. */
export async function startUpstream(padding = 0): Promise<Upstream> {
  const connections = new Set<Socket>();
  const waiting: (() => void)[] = [];
  let released = false;
  let headers: IncomingHttpHeaders = {};
  let opened = 0;
  let ended = 0;
  const server = createServer(async (request, response) => {
    headers = request.headers;
    if (request.method === 'GET') return void response.writeHead(405).end();
    if (request.method === 'DELETE') ended++;
    const { id, method } = JSON.parse((await text(request)) || '{}');
    if (id === undefined) return void response.writeHead(202).end();
    const result = method === 'initialize' ? { protocolVersion: '2025-11-25' } : { tools: 'x'.repeat(padding) };
    if (method === 'initialize') response.setHeader('mcp-session-id', `session-${++opened}`);
    const answer = () => reply(response, { jsonrpc: '2.0', id, result });
    if (released || method === 'initialize') answer();
    else waiting.push(answer);
  });
  // Nothing is said of how long connections are kept.
  server.keepAliveTimeout = 0;
  server.on('connection', (socket: Socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    connections,
    headers: () => headers,
    ended: () => ended,
    held: () => waiting.length,
    release: () => {
      released = true;
      for (const answer of waiting.splice(0)) answer();
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function reply(response: ServerResponse, message: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(message));
}
