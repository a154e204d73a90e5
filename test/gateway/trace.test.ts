import { createServer, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../../src/gateway/gateway.ts';
import { quiet } from '../contracts/frontend.ts';
import { jsonHeaders } from './clients.ts';

const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** A gateway before a server that keeps the headers of the calls it gets. */
const setUp = async () => {
  const calls: IncomingHttpHeaders[] = [];
  const server = createServer(async (request, response) => {
    const { id, method } = JSON.parse((await text(request)) || '{}');
    if (method === 'tools/list') calls.push(request.headers);
    const result = {
      protocolVersion: '2025-11-25',
      capabilities: {},
      serverInfo: { name: 'x', version: '1' },
      tools: [],
    };
    response.writeHead(id === undefined ? 202 : 200, { 'content-type': 'application/json' });
    response.end(id === undefined ? '' : JSON.stringify({ jsonrpc: '2.0', id, result }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const gateway: RunningGateway = await startGateway({ ...quiet, backend: `http://127.0.0.1:${port}/mcp` });
  ends.push(
    () => gateway.stop(),
    () => new Promise<void>((resolve) => server.close(() => resolve())),
  );
  const list = async (headers: Record<string, string>): Promise<IncomingHttpHeaders> => {
    const body = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}';
    const url = new URL('/api/tools', gateway.addresses.http);
    const reply = await fetch(url, { method: 'POST', body, headers: { ...jsonHeaders, ...headers } });
    expect(await reply.text()).toContain('"tools":[]');
    return calls[calls.length - 1];
  };
  return { list };
};

it('goes on to the server as it came, with the request it came with', async () => {
  const { list } = await setUp();
  expect(await list({ traceparent: parent, tracestate: 'a=1,b=2' })).toMatchObject({
    traceparent: parent,
    tracestate: 'a=1,b=2',
  });
  const next = await list({});
  expect([next.traceparent, next.tracestate]).toEqual([undefined, undefined]);
});

it.each([
  'nonsense',
  parent.toUpperCase(),
  `ff${parent.slice(2)}`,
  parent.replace('0af7651916cd43dd8448eb211c80319c', '0'.repeat(32)),
  parent.replace('b7ad6b7169203331', '0'.repeat(16)),
  `${parent}-01`,
])('is forgotten when it is no such thing: %s', async (traceparent) => {
  const { list } = await setUp();
  const { traceparent: passed, tracestate } = await list({ traceparent, tracestate: 'a=1' });
  expect([passed, tracestate]).toEqual([undefined, undefined]);
});
