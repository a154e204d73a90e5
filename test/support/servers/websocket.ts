import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { closeServer, Desk, listen, rememberSockets, socketMeans } from './desk.ts';
import type { ServerOptions, TestServer } from './server.ts';

/** An unmasked frame; `head` is its first byte, 0x81 a whole text message. */
export function websocketFrame(message: string | Uint8Array, head = 0x81): Buffer {
  const payload = Buffer.from(message);
  const { length } = payload;
  const header = Buffer.alloc(length < 126 ? 2 : length < 2 ** 16 ? 4 : 10);
  header[0] = head;
  header[1] = length < 126 ? length : length < 2 ** 16 ? 126 : 127;
  if (header.length === 4) header.writeUInt16BE(length, 2);
  if (header.length === 10) header.writeUInt32BE(length, 6);
  return Buffer.concat([header, payload]);
}

/** How messages stand in the frames. */
export interface Wording {
  read(text: string): string;
  write(message: string): string;
}

const plain: Wording = { read: (text) => text, write: (message) => message };

/** What the client sends is read by `ws`, which is strict about masks, lengths and UTF-8. */
export async function startWebSocketServer(options: ServerOptions = {}, wording: Wording = plain): Promise<TestServer> {
  const desk = new Desk(options);
  const webSockets = new WebSocketServer({ noServer: true });
  const server = options.tls ? createTlsServer(options.tls) : createServer();
  if (options.tls) rememberSockets(server);
  server.on('upgrade', (request, stream, head) => {
    const socket = stream as Socket;
    if (options.token !== undefined && request.headers.authorization !== `Bearer ${options.token}`)
      return socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n');
    const connection = desk.admit(socket);
    if (options.instead) return options.instead(socket);
    webSockets.handleUpgrade(request, socket, head, (webSocket) => serve(webSocket, socket, desk, connection, wording));
  });
  const port = await listen(server);
  return Object.assign(desk, {
    transport: 'websocket' as const,
    port,
    url: `${options.tls ? 'wss' : 'ws'}://127.0.0.1:${port}/mcp`,
    close: () => closeServer(server, desk),
  });
}

function serve(webSocket: WebSocket, socket: Socket, desk: Desk, connection: number, wording: Wording): void {
  webSocket.on('error', (error) => desk.endings.push(error.message));
  webSocket.on('close', (code) => {
    if (code === 1000) desk.endings.push('close 1000');
  });
  webSocket.on('message', (data, isBinary) => {
    if (isBinary) throw new Error('a binary message came');
    const text = wording.read(data.toString());
    const send = (...messages: readonly string[]) => {
      for (const message of messages) webSocket.send(wording.write(message));
    };
    const frame = (message: string) => websocketFrame(wording.write(message));
    desk.message(text, (id, method) => ({
      ...{ id, method, text, connection, send, begin: send, frame },
      ...socketMeans(socket),
      pause: () => webSocket.pause(),
      resume: () => webSocket.resume(),
    }));
  });
}
