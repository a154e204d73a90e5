import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Answer, type Listen, replyTo } from '../endpoint.ts';

/** Read and written by `node:http`. */
export const httpEndpoint: Listen = async (taken) => {
  const server = createServer((request, response) => serve(request, response, taken));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};

function serve(request: IncomingMessage, response: ServerResponse, taken: (answer: Answer) => void): void {
  let text = '';
  request.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  request.on('end', () => {
    const reply = replyTo(text);
    taken(() => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': reply.length });
      response.end(reply);
    });
  });
}
