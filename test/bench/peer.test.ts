import { once } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, it } from 'vitest';
import { type Peer, peers } from '../../bench/peer.ts';
import { isInstalled } from '../../bench/support/programs.ts';
import { body, headers } from '../../bench/workload.ts';
import { needs } from '../support/programs.ts';

const servers: http.Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

needs('wrk')('peers over HTTP', () => {
  it.each(peers.filter((peer) => peer.transport === 'http' && isInstalled(peer)))(
    '$name sends the request of the bench',
    async (peer) => {
      expect(await requestOf(peer)).toEqual({
        method: 'POST',
        path: '/mcp',
        headers: Object.entries(headers)
          .map(([name, value]) => [name.toLowerCase(), value])
          .sort(),
        body,
      });
    },
  );
});

it('measures mcpb on every transport', () => {
  expect(peers.filter(({ name }) => name === 'mcpb').map(({ transport }) => transport)).toEqual([
    'http',
    'websocket',
    'tcp',
  ]);
});

/** Serves as the result of `initialize` and of `tools/list`. */
const serverInfo = { name: 'test', version: '1.0.0' };
const result = { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo, tools: [] };

/** What clients put in by themselves. */
const perClient = ['host', 'content-length', 'connection', 'user-agent', 'accept-encoding', 'x-vegeta-seq'];

/** The last `tools/list` of a client, under the bench's own id. */
async function requestOf(peer: Peer) {
  let last: unknown;
  const url = await listen(async (request) => {
    const sent = await text(request);
    const fields = Object.entries(request.headers).filter(([name]) => !perClient.includes(name));
    if (sent.includes('tools/list'))
      last = { method: request.method, path: request.url, headers: fields.sort(), body: withBenchId(sent) };
    return JSON.stringify({ jsonrpc: '2.0', id: JSON.parse(sent || '{}').id, result });
  });
  await (await peer.start({ url, connections: 1, seconds: 1, core: undefined })).report;
  return last;
}

const withBenchId = (sent: string) => sent.replace(/"id":\d{10}/, /"id":\d{10}/.exec(body)?.[0] ?? '');

async function listen(reply: (request: IncomingMessage) => Promise<string>): Promise<string> {
  const server = http.createServer(async (request, response) => {
    const content = await reply(request);
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': content.length }).end(content);
  });
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
}
