import { createServer, type Socket } from 'node:net';
import { closeServer, Desk, listen, socketMeans } from './desk.ts';
import type { Exchange, ServerOptions, TestServer } from './server.ts';

/** One message a line. */
export async function startLinesServer(options: ServerOptions = {}): Promise<TestServer> {
  const desk = new Desk(options);
  const server = createServer((socket) => {
    const connection = desk.admit(socket);
    let authenticated = options.token === undefined;
    readLines(socket, (line) => {
      if (options.instead) options.instead(socket);
      else if (!line.startsWith('{')) socket.destroy();
      else if (!authenticated) authenticated = authenticate(socket, line, options.token);
      else desk.message(line, (id, method) => exchange(socket, connection, id, method, line));
    });
  });
  const port = await listen(server);
  return Object.assign(desk, {
    transport: 'tcp' as const,
    port,
    url: `tcp://127.0.0.1:${port}?framing=lines`,
    close: () => closeServer(server, desk),
  });
}

function exchange(socket: Socket, connection: number, id: number, method: string, text: string): Exchange {
  const frame = (message: string) => Buffer.from(`${message}\n`);
  const send = (...messages: readonly string[]) => {
    for (const message of messages) socket.write(frame(message));
  };
  return { ...{ id, method, text, connection, frame, send, begin: send }, ...socketMeans(socket) };
}

function authenticate(socket: Socket, line: string, token: string | undefined): boolean {
  const { id, params } = JSON.parse(line) as { id: unknown; params: { token?: string } };
  if (params.token === token) {
    socket.write(`${JSON.stringify({ jsonrpc: '2.0', id, result: { sessionId: 's' } })}\n`);
    return true;
  }
  const error = { code: -32002, message: 'wrong token' };
  socket.end(`${JSON.stringify({ jsonrpc: '2.0', id, error })}\n`);
  return false;
}

function readLines(socket: Socket, line: (text: string) => void): void {
  let pieces: string[] = [];
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => {
    // Nor would a real one wait for the end of what is no line of JSON, as of a TLS handshake.
    if (pieces.every((piece) => piece === '') && !text.startsWith('{')) return void socket.destroy();
    const [first, ...more] = text.split('\n');
    pieces.push(first);
    for (const next of more) {
      line(pieces.join(''));
      pieces = [next];
    }
  });
}
