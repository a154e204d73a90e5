import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { WebSocketClientTransport } from '@modelcontextprotocol/sdk/client/websocket.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../../src/gateway/gateway.ts';
import { quiet } from '../contracts/frontend.ts';

const mcpb = fileURLToPath(new URL('../../bin/dev.js', import.meta.url));
const stdio = { command: process.execPath, args: [mcpb, 'gateway', 'start', '--stdio'], stderr: 'ignore' as const };

type Transport = Parameters<Client['connect']>[0];

describe.each([
  ['http', (gateway: RunningGateway) => new StreamableHTTPClientTransport(new URL(`${gateway.addresses.http}`))],
  ['stdio', () => new StdioClientTransport(stdio)],
  ['websocket', (gateway: RunningGateway) => new WebSocketClientTransport(new URL(`${gateway.addresses.websocket}`))],
])('the official SDK client over %s', (_, transport) => {
  let gateway: RunningGateway;
  const client = new Client({ name: 'test', version: '1' });
  beforeAll(async () => {
    gateway = await startGateway(quiet);
    // The SDK's own classes disagree under exactOptionalPropertyTypes; what `connect` needs is there.
    await client.connect(transport(gateway) as Transport);
  });
  afterAll(async () => {
    await client.close();
    await gateway.stop();
  });

  it('works through everything the gateway offers', async () => {
    expect(client.getServerVersion()?.name).toBe('mcpb-gateway');
    await client.ping();
    const { tools } = await client.listTools();
    expect(tools.map((tool) => tool.name)).toEqual(['echo']);
    const called = await client.callTool({ name: 'echo', arguments: { message: 'hello' } });
    expect(called.content).toEqual([{ type: 'text', text: 'hello' }]);
    const { resources } = await client.listResources();
    const read = await client.readResource({ uri: resources[0].uri });
    expect(read.contents[0]).toMatchObject({ text: 'hello' });
    expect((await client.listResourceTemplates()).resourceTemplates).toHaveLength(1);
    const { prompts } = await client.listPrompts();
    const prompt = await client.getPrompt({ name: prompts[0].name, arguments: { name: 'Ada' } });
    expect(prompt.messages).toHaveLength(1);
    await expect(client.callTool({ name: 'nope' })).rejects.toMatchObject({ code: -32602 });
  });
});
