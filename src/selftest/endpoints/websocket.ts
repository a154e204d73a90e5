import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { type Address, type Answer, type Endpoint, type Listen, replyTo } from '../endpoint.ts';
import { identity } from '../identity.ts';

interface Form {
  replyTo(request: string): string;
  address(port: number): Address;
  readonly tls?: boolean;
}

/** Read and written by `ws`: the generator's own codec has a peer that was written by others. */
export async function webSocketEndpoint(taken: (answer: Answer) => void, form: Form): Promise<Endpoint> {
  const server = form.tls ? createTlsServer(identity) : createServer();
  const sockets = new WebSocketServer({ server, perMessageDeflate: false });
  sockets.on('connection', (socket) => {
    socket.on('error', () => undefined);
    socket.on('message', (message) => {
      const reply = form.replyTo(String(message));
      taken(() => socket.send(reply));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: form.address((server.address() as AddressInfo).port),
    close: () => {
      for (const socket of sockets.clients) socket.terminate();
      server.close();
    },
  };
}

export const websocketEndpoint: Listen = (taken) =>
  webSocketEndpoint(taken, { replyTo, address: (port) => ({ url: `ws://127.0.0.1:${port}/` }) });

export const wssEndpoint: Listen = (taken) =>
  webSocketEndpoint(taken, {
    replyTo,
    address: (port) => ({ url: `wss://127.0.0.1:${port}/`, ca: identity.cert }),
    tls: true,
  });
