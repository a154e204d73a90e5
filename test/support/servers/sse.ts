import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { closeServer, Desk, listen, rememberSockets, socketMeans } from './desk.ts';
import { bodyOf } from './http.ts';
import type { Exchange, ServerOptions, TestServer } from './server.ts';

export interface SseServerOptions extends ServerOptions {
  /** What the stream names as the address of POSTs, of the number of a stream; default: a path with it as a parameter. */
  readonly endpoint?: (stream: number) => string;
  /** Answers a POST in place of `202 Accepted`. */
  readonly acknowledge?: (response: ServerResponse, message: string) => void;
}

const streamHead = Buffer.from(
  'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n',
);

/** A server of the deprecated transport: only its event streams count as connections. */
export async function startSseServer(options: SseServerOptions = {}): Promise<TestServer> {
  const { endpoint = (stream) => `/messages?stream=${stream}`, acknowledge = accept } = options;
  const desk = new Desk(options);
  const streams: Socket[] = [];
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    if (options.token !== undefined && request.headers.authorization !== `Bearer ${options.token}`)
      return response.writeHead(401).end();
    const { socket } = request;
    if (request.method === 'GET') {
      streams[desk.admit(socket)] = socket;
      if (options.instead) return options.instead(socket);
      const first = chunk(event('endpoint', endpoint(streams.length - 1)));
      return socket.write(Buffer.concat([streamHead, first.subarray(2)]));
    }
    const connection = Number(new URL(request.url ?? '', 'http://x').searchParams.get('stream'));
    const text = await bodyOf(request);
    acknowledge(response, text);
    desk.message(text, (id, method) => exchange(streams[connection], request, connection, id, method, text));
  };
  const { tls } = options;
  const server = tls ? createTlsServer(tls, serve) : createServer(serve);
  server.keepAliveTimeout = 60_000;
  if (tls) rememberSockets(server);
  const port = await listen(server);
  return Object.assign(desk, {
    transport: 'sse' as const,
    port,
    url: `${tls ? 'sse+https' : 'sse+http'}://127.0.0.1:${port}/sse`,
    close: async () => {
      server.closeAllConnections();
      await closeServer(server, desk);
    },
  });
}

/** A piece of a stream, with the end of the piece before it in front, so that its last byte is that of the text. */
export function chunk(text: string | Uint8Array): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from(`\r\n${bytes.length.toString(16)}\r\n`), bytes]);
}

export function accept(response: ServerResponse): void {
  response.writeHead(202).end('Accepted');
}

function event(name: string, data: string): string {
  return `event: ${name}\ndata: ${data}\n\n`;
}

/** The request came by POST, everything else goes over the stream. */
function exchange(
  stream: Socket,
  { socket }: IncomingMessage,
  connection: number,
  id: number,
  method: string,
  text: string,
): Exchange {
  const frame = (message: string) => chunk(event('message', message));
  const send = (...messages: readonly string[]) => {
    for (const message of messages) stream.write(frame(message));
  };
  return {
    ...{ id, method, text, connection, frame, send, begin: send },
    ...socketMeans(stream),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
  };
}
