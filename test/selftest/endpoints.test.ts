import { type EventEmitter, once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { WebSocket } from 'ws';
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

const websocket: EndpointCase = {
  transport: 'websocket',
  connect: async (url) => {
    const socket = new WebSocket(url);
    const received: string[] = [];
    socket.on('message', (message) => received.push(String(message)));
    await once(socket, 'open');
    return { send: (text) => socket.send(text), received, gone: closed(socket) };
  },
};

const tcp: EndpointCase = {
  transport: 'tcp',
  connect: async (url) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    let bytes = Buffer.alloc(0);
    const received: string[] = [];
    socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, Buffer.from(chunk)]);
      while (bytes.length >= 12 && bytes.length >= 12 + bytes.readInt32BE(8)) {
        const end = 12 + bytes.readInt32BE(8);
        received.push(bytes.toString('utf8', 12, end));
        bytes = bytes.subarray(end);
      }
    });
    await once(socket, 'connect');
    return { send: (text) => socket.write(tcpFrame(1, text)), received, gone: closed(socket) };
  },
};

const http: EndpointCase = {
  transport: 'http',
  connect: async (url) => {
    const received: string[] = [];
    const gone = Promise.withResolvers<void>();
    const client: Client = {
      received,
      gone: gone.promise,
      send: (text) => {
        const sent = request(url, { method: 'POST', headers: { 'content-type': 'application/json' } });
        sent.on('error', () => gone.resolve());
        sent.on('response', async (response) => received.push(Buffer.concat(await response.toArray()).toString()));
        sent.end(text);
      },
    };
    return client;
  },
};

for (const one of [websocket, tcp, http]) endpointContract(one);
for (const one of [websocket, tcp]) multiplexedEndpointContract(one);
