import { createServer } from 'node:http';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { listen } from './desk.ts';

/** The deprecated transport as the official SDK serves it, with a tool `echo`, as long as the test runs. */
export async function startSdkSse(): Promise<string> {
  const transports = new Map<string, SSEServerTransport>();
  const server = createServer(async (request, response) => {
    const session = new URL(request.url ?? '', 'http://x').searchParams.get('sessionId');
    if (session !== null) return transports.get(session)?.handlePostMessage(request, response);
    const transport = new SSEServerTransport('/messages', response);
    transports.set(transport.sessionId, transport);
    await echoServer().connect(transport);
  });
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `sse+http://127.0.0.1:${await listen(server)}/sse`;
}

function echoServer(): McpServer {
  const server = new McpServer({ name: 'sdk', version: '1' });
  server.registerTool('echo', { inputSchema: { message: z.string() } }, ({ message }) => ({
    content: [{ type: 'text', text: message }],
  }));
  return server;
}
