import { createServer, type RequestListener } from 'node:http';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { type CreateMcpHandlerOptions, createMcpHandler, inputRequired, McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { listen } from './desk.ts';

/**
 * A server of the official SDK's 2.x line. Tools: `add`, `steps` (reports progress, so that its reply is a stream), `süd`
 * (two arguments are repeated in headers), `ask` (wants input first).
 */
export async function startSdkV2(
  options: CreateMcpHandlerOptions = {},
): Promise<{ url: string; close(): Promise<void> }> {
  const handler = createMcpHandler(mcpServer, options);
  // Its types leave no room for the `undefined` of Node's own.
  const http = createServer(toNodeHandler(handler) as unknown as RequestListener);
  return {
    url: `http://127.0.0.1:${await listen(http)}/mcp`,
    close: async () => {
      http.close();
      http.closeAllConnections();
      await handler.close();
    },
  };
}

function mcpServer(): McpServer {
  const mcp = new McpServer({ name: 'sdk-v2', version: '2' }, { capabilities: { logging: {} } });
  const text = (words: string) => ({ content: [{ type: 'text' as const, text: words }] });
  mcp.registerTool('add', { inputSchema: z.object({ a: z.number(), b: z.number() }) }, ({ a, b }) =>
    text(String(a + b)),
  );
  mcp.registerTool('steps', { inputSchema: z.object({ steps: z.number() }) }, async ({ steps }, { mcpReq }) => {
    for (let step = 1; step <= steps; step++)
      await mcpReq.notify({ method: 'notifications/message', params: { level: 'info', data: `step ${step}` } });
    return text(`${steps} steps`);
  });
  const region = z.string().meta({ 'x-mcp-header': 'Region' });
  const options = z.object({ urgent: z.boolean().meta({ 'x-mcp-header': 'Urgent' }) });
  mcp.registerTool('süd', { inputSchema: z.object({ region, options }) }, ({ region: where }) => text(where));
  mcp.registerTool('ask', { inputSchema: z.object({}) }, () => inputRequired({ requestState: 'not yet' }));
  mcp.registerResource('note', 'note://one', {}, (uri) => ({ contents: [{ uri: uri.href, text: 'a note' }] }));
  mcp.registerPrompt('hi', {}, () => ({ messages: [{ role: 'user', content: { type: 'text', text: 'hi' } }] }));
  return mcp;
}
