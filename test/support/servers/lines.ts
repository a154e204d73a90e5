import { createServer, type Socket } from 'node:net';
import { closeServer, Desk, listen } from './desk.ts';
import { authenticate, framedExchange } from './framed.ts';
import type { ServerOptions, TestServer } from './server.ts';

/** One message a line. */
export async function startLinesServer(options: ServerOptions = {}): Promise<TestServer> {
  const desk = new Desk(options);
  const server = createServer((socket) => {
    const connection = desk.admit(socket);
    let authenticated = options.token === undefined;
    readLines(socket, (line) => {
      if (options.instead) options.instead(socket);
      else if (!line.startsWith('{')) socket.destroy();
      else if (!authenticated) authenticated = authenticate(socket, line, options.token, framed);
      else desk.message(line, (id, method) => framedExchange(socket, { connection, id, method, text: line }, framed));
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

const framed = (message: string) => Buffer.from(`${message}\n`);

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
