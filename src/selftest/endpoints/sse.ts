import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { encodeEvent } from '../../wire/sse-writer.ts';
import { type Answer, type Listen, replyTo } from '../endpoint.ts';

/** The deprecated HTTP+SSE, by Node's own server: every POST is accepted as it comes, its reply an event of the stream. */
export const sseEndpoint: Listen = async (taken) => {
  const streams: ServerResponse[] = [];
  const server = createServer((request, response) => {
    if (request.method === 'GET') open(response);
    else void accept(request, response);
  });

  function open(response: ServerResponse): void {
    const number = streams.push(response) - 1;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`event: endpoint\ndata: /?stream=${number}\n\n`);
  }

  async function accept(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const stream = streams[Number(new URL(request.url ?? '', 'http://x').searchParams.get('stream'))];
    const event = encodeEvent(Buffer.from(replyTo(String(Buffer.concat(await request.toArray())))));
    response.writeHead(202).end();
    const answer: Answer = () => stream.write(event);
    taken(answer);
  }

  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: { url: `sse+http://127.0.0.1:${(server.address() as AddressInfo).port}/` },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};
