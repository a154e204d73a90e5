import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { WebSocketClientTransport } from '@modelcontextprotocol/sdk/client/websocket.js';
import {
  CreateMessageRequestSchema,
  ListRootsRequestSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { GatewayOptions } from '../../src/gateway/config.ts';
import { type RunningGateway, startGateway } from '../../src/gateway/gateway.ts';
import { quiet } from '../contracts/frontend.ts';
import { startSdkServer } from '../router/sdk-server.ts';

type Transport = Parameters<Client['connect']>[0];

const transports = {
  http: (gateway: RunningGateway) => new StreamableHTTPClientTransport(new URL(`${gateway.addresses.http}`)),
  websocket: (gateway: RunningGateway) => new WebSocketClientTransport(new URL(`${gateway.addresses.websocket}`)),
};

/** An SDK server behind the gateway, and an SDK client, not connected yet, in front of it. */
async function setUp(capabilities: object, options: GatewayOptions = {}) {
  const server = await startSdkServer();
  const gateway = await startGateway({ ...quiet, tcp: 'off', backend: server.url, ...options });
  const client = new Client({ name: 'test', version: '1' }, { capabilities });
  onTestFinished(async () => {
    await client.close();
    await gateway.stop();
    await server.close();
  });
  // The SDK's own classes disagree under exactOptionalPropertyTypes; what `connect` needs is there.
  const connect = (over: keyof typeof transports) => client.connect(transports[over](gateway) as Transport);
  return { client, connect, server };
}

describe.each(['http', 'websocket'] as const)('over %s', (over) => {
  it('a server learns of the client, and the client of the server', async () => {
    const { client, connect } = await setUp({});
    await connect(over);
    expect(client.getServerVersion()).toEqual({ name: 'sdk', version: '1' });
    expect(client.getServerCapabilities()).toHaveProperty('prompts');
    const refused = await client.callTool({ name: 'sample', arguments: { prompt: 'x' } });
    expect(JSON.stringify(refused.content)).toContain('The client does not answer sampling');
  });

  it('a server asks the model of the client that called its tool', async () => {
    const { client, connect } = await setUp({ sampling: {} });
    client.setRequestHandler(CreateMessageRequestSchema, async ({ params }) => ({
      model: 'm',
      role: 'assistant',
      content: { type: 'text', text: `${JSON.stringify(params.messages[0].content)} yes` },
    }));
    await connect(over);
    const called = await Promise.all(
      ['a', 'b', 'c'].map((prompt) => client.callTool({ name: 'sample', arguments: { prompt } })),
    );
    for (const [index, { content }] of called.entries())
      expect(JSON.stringify(content)).toMatch(new RegExp(`${'abc'[index]}.* yes`));
  });
});

it.each([
  ['on a connection', 'websocket', 1],
  ['over HTTP', 'http', 1],
  ['over HTTP, in whichever worker', 'http', 3],
] as const)('what a server asks and tells outside of requests reaches a client %s', async (_, over, workers) => {
  const { client, connect, server } = await setUp({ roots: {} }, { workers });
  client.setRequestHandler(ListRootsRequestSchema, async () => ({ roots: [{ uri: 'file:///here' }] }));
  const changed = new Promise<void>((resolve) =>
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => resolve()),
  );
  await connect(over);
  await expect.poll(() => server.requests.some((request) => request.startsWith('GET'))).toBe(true);
  const { content } = await client.callTool({ name: 'roots' });
  expect(JSON.stringify(content)).toContain('file:///here');
  await changed;
});
