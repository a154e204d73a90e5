import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { closeServer, Desk, listen, rememberSockets } from './desk.ts';
import { authenticate, framedExchange } from './framed.ts';
import type { ServerOptions, TestServer } from './server.ts';

/** The framing written down once more, from its description alone: magic, version 1, type, length. */
export function tcpFrame(type: number, payload: string | Uint8Array): Buffer {
  const body = Buffer.from(payload);
  const header = Buffer.from('MCPB\0\x01\0\0\0\0\0\0', 'latin1');
  header[7] = type;
  header.writeInt32BE(body.length, 8);
  return Buffer.concat([header, body]);
}

const magic = Buffer.from('MCPB');
const frameTypes = { request: 1, response: 2, health: 4, negotiation: 6, agreement: 7 } as const;

export async function startTcpServer(options: ServerOptions = {}): Promise<TestServer> {
  const desk = new Desk(options);
  const accept = (socket: Socket) => {
    const connection = desk.admit(socket);
    let authenticated = options.token === undefined;
    readFrames(socket, (type, payload) => {
      if (type === frameTypes.negotiation && options.instead) options.instead(socket);
      else if (type === frameTypes.negotiation)
        socket.write(tcpFrame(frameTypes.agreement, JSON.stringify({ agreed_version: 1 })));
      else if (type === frameTypes.health) desk.answers.push('health');
      else if (!authenticated) authenticated = authenticate(socket, payload, options.token, framed);
      else
        desk.message(payload, (id, method) =>
          framedExchange(socket, { connection, id, method, text: payload }, framed),
        );
    });
  };
  const server = options.tls ? createTlsServer(options.tls, accept) : createServer(accept);
  if (options.tls) rememberSockets(server);
  const port = await listen(server);
  return Object.assign(desk, {
    transport: 'tcp' as const,
    port,
    url: `${options.tls ? 'tcps' : 'tcp'}://127.0.0.1:${port}`,
    close: () => closeServer(server, desk),
  });
}

const framed = (message: string) =>
  tcpFrame(message.includes('"method"') ? frameTypes.request : frameTypes.response, message);

function readFrames(socket: Socket, frame: (type: number, payload: string) => void): void {
  let pending: Uint8Array[] = [];
  let size = 0;
  let wanted = 12;
  socket.on('data', (chunk: Buffer) => {
    pending.push(chunk);
    size += chunk.length;
    if (size < wanted) return;
    let bytes = Buffer.concat(pending);
    // Nor would a real one wait for more of what is no frame, as of a TLS handshake.
    if (!magic.equals(bytes.subarray(0, magic.length))) return void socket.destroy();
    for (;;) {
      wanted = bytes.length < 12 ? 12 : 12 + bytes.readInt32BE(8);
      if (bytes.length < wanted || bytes.length < 12) break;
      frame(bytes.readInt16BE(6), bytes.toString('utf8', 12, wanted));
      bytes = bytes.subarray(wanted);
    }
    pending = [bytes];
    size = bytes.length;
  });
}
