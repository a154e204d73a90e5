import { createServer, type RequestListener } from 'node:http';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { type CreateMcpHandlerOptions, createMcpHandler, inputRequired, McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { listen } from './desk.ts';

/**
 * A server of the official SDK's 2.x line. Tools: `add`, `steps` (reports progress, so that its reply is a stream), `south`
 * (two arguments are repeated in headers), `ask` (wants input first), `book` (arguments of many kinds);
 * with `odd` also `süd`, the same as `south`, of whose name the SDK warns.
 */
export async function startSdkV2(
  options: CreateMcpHandlerOptions = {},
  { odd = false } = {},
): Promise<{ url: string; close(): Promise<void> }> {
  const handler = createMcpHandler(() => mcpServer(odd ? ['south', 'süd'] : ['south']), options);
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

const person = z.object({ name: z.string().min(2).max(20), email: z.email().optional(), age: z.int().min(0).max(120) });
const bookSchema = z.object({
  id: z.uuid(),
  from: z.iso.date(),
  nights: z.int().positive(),
  price: z.number().multipleOf(0.5).nullable(),
  kind: z.discriminatedUnion('type', [
    z.object({ type: z.literal('room'), floor: z.int() }),
    z.object({ type: z.literal('suite'), rooms: z.array(z.enum(['bed', 'bath'])).min(1) }),
  ]),
  guests: z.array(person).min(1).max(3),
  wishes: z.record(z.string(), z.boolean()).default({}),
  code: z.string().regex(/^[A-Z]{3}-\d{4}$/),
});

function mcpServer(regional: readonly string[]): McpServer {
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
  for (const name of regional)
    mcp.registerTool(name, { inputSchema: z.object({ region, options }) }, ({ region: where }) => text(where));
  mcp.registerTool('book', { inputSchema: bookSchema }, ({ guests }) => text(String(guests.length)));
  mcp.registerTool('ask', { inputSchema: z.object({}) }, () => inputRequired({ requestState: 'not yet' }));
  mcp.registerResource('note', 'note://one', {}, (uri) => ({ contents: [{ uri: uri.href, text: 'a note' }] }));
  mcp.registerPrompt('hi', {}, () => ({ messages: [{ role: 'user', content: { type: 'text', text: 'hi' } }] }));
  return mcp;
}
