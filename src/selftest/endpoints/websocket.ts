import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { type Listen, replyTo } from '../endpoint.ts';

/** Read and written by `ws`: the generator's own codec has a peer that was written by others. */
export const websocketEndpoint: Listen = async (taken) => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  server.on('connection', (socket) => {
    socket.on('error', () => undefined);
    socket.on('message', (message) => {
      const reply = replyTo(String(message));
      taken(() => socket.send(reply));
    });
  });
  await once(server, 'listening');
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => {
      for (const socket of server.clients) socket.terminate();
      server.close();
    },
  };
};
