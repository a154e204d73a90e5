import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { closeServer, Desk, listen, rememberSockets, socketMeans } from './desk.ts';
import type { Exchange, ServerOptions, TestServer } from './server.ts';

/** A response with a body of known length. */
export function httpResponse(body: string, fields: readonly string[] = [], status = '200 OK'): Buffer {
  const head = [`HTTP/1.1 ${status}`, 'Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`];
  return Buffer.from(`${[...head, ...fields].join('\r\n')}\r\n\r\n${body}`);
}

/** The response object of an exchange, for what is particular to HTTP. */
export const responses = new WeakMap<Exchange, ServerResponse>();

export async function startHttpServer(options: ServerOptions = {}): Promise<TestServer> {
  const desk = new Desk(options);
  const numbers = new WeakMap<Socket, number>();
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    if (options.token !== undefined && request.headers.authorization !== `Bearer ${options.token}`)
      return response.writeHead(401).end();
    if (options.instead) return options.instead(request.socket);
    if (request.method === 'DELETE') desk.endings.push('DELETE');
    if (request.method !== 'POST') return response.writeHead(204).end();
    const text = await bodyOf(request);
    const { id, method } = JSON.parse(text) as { id?: number; method?: string };
    if (id === undefined || method === undefined) response.writeHead(202).end();
    desk.message(text, (id, method) => exchange(request, response, numbers.get(request.socket)!, id, method, text));
  };
  const { tls } = options;
  const server = tls ? createTlsServer(tls, serve) : createServer(serve);
  server.keepAliveTimeout = 60_000;
  if (tls) rememberSockets(server);
  server.on(tls ? 'secureConnection' : 'connection', (socket) => {
    numbers.set(socket, desk.admit(socket));
  });
  const port = await listen(server);
  return Object.assign(desk, {
    transport: 'http' as const,
    port,
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}/mcp`,
    close: () => closeServer(server, desk),
  });
}

function exchange(
  request: IncomingMessage,
  response: ServerResponse,
  connection: number,
  id: number,
  method: string,
  text: string,
): Exchange {
  const begin = (...messages: readonly string[]) => {
    if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const message of messages) response.write(`event: message\ndata: ${message}\n\n`);
  };
  const one: Exchange = {
    ...{ id, method, text, connection, begin },
    ...socketMeans(request.socket),
    frame: (message) => httpResponse(message),
    send: (...messages) => {
      if (messages.length > 1 || response.headersSent) {
        begin(...messages);
        return response.end();
      }
      const session = method === 'initialize' && { 'mcp-session-id': `session-${connection}` };
      response.writeHead(200, { 'content-type': 'application/json', ...session }).end(messages[0]);
    },
  };
  responses.set(one, response);
  return one;
}

export async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
