import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { CreateMessageResultSchema } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';

export interface SdkServer {
  readonly url: string;
  /** Ids of the sessions opened, and of those that were deleted. */
  readonly opened: string[];
  readonly deleted: string[];
  /** Method and path of every request received, and its headers. */
  readonly requests: string[];
  readonly headers: NodeJS.Dict<string | string[]>[];
  /** Resolves when the next session is deleted. */
  nextDeleted(): Promise<void>;
  /** Tools that wait were cancelled so often. */
  cancelled: number;
  /** Forgets every session, as a restart would. */
  forget(): void;
  close(): Promise<void>;
}

/**
 * An MCP server of the official SDK: tools `add`, `steps` (reports progress), `wait` (until cancelled), `sample` (asks the
 * client's model), `roots` (asks for its roots and says that the tools have changed, both outside of the request).
 */
export async function startSdkServer(options: { json?: boolean } = {}): Promise<SdkServer> {
  const transports = new Map<string, StreamableHTTPServerTransport>();
  const waiting: (() => void)[] = [];
  const http = createServer(async (request, response) => {
    server.requests.push(`${request.method} ${request.url}`);
    server.headers.push(request.headers);
    const id = request.headers['mcp-session-id'];
    const known = typeof id === 'string' ? transports.get(id) : undefined;
    if (id !== undefined && known === undefined) return void response.writeHead(404).end();
    await (known ?? (await open())).handleRequest(request, response);
    if (request.method === 'DELETE') {
      server.deleted.push(String(id));
      for (const resolve of waiting.splice(0)) resolve();
    }
  });
  const server: SdkServer = {
    url: '',
    opened: [],
    deleted: [],
    requests: [],
    headers: [],
    cancelled: 0,
    nextDeleted: () => new Promise((resolve) => waiting.push(resolve)),
    forget: () => transports.clear(),
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
  const open = async (): Promise<StreamableHTTPServerTransport> => {
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      enableJsonResponse: options.json ?? false,
      onsessioninitialized: (id) => {
        transports.set(id, transport);
        server.opened.push(id);
      },
    });
    // The SDK's own classes disagree under exactOptionalPropertyTypes; what `connect` needs is there.
    await createMcpServer(server).connect(transport as Parameters<McpServer['connect']>[0]);
    return transport;
  };
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return Object.assign(server, { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp` });
}

function createMcpServer(counts: { cancelled: number }): McpServer {
  const mcp = new McpServer({ name: 'sdk', version: '1' });
  mcp.registerTool('add', { inputSchema: { a: z.number(), b: z.number() } }, async ({ a, b }) => ({
    content: [{ type: 'text', text: String(a + b) }],
  }));
  mcp.registerTool('steps', { inputSchema: { steps: z.number() } }, async ({ steps }, extra) => {
    const progressToken = extra._meta?.progressToken;
    for (let progress = 1; progressToken !== undefined && progress <= steps; progress++)
      await extra.sendNotification({
        method: 'notifications/progress',
        params: { progressToken, progress, total: steps },
      });
    return { content: [{ type: 'text', text: `${steps} steps` }] };
  });
  mcp.registerTool('wait', {}, async (extra) => {
    await new Promise((resolve) => extra.signal.addEventListener('abort', resolve));
    counts.cancelled++;
    return { content: [] };
  });
  mcp.registerTool('sample', { inputSchema: { prompt: z.string() } }, async ({ prompt }, { sendRequest }) => {
    const messages = [{ role: 'user' as const, content: { type: 'text' as const, text: prompt } }];
    const params = { messages, maxTokens: 10 };
    const { content } = await sendRequest({ method: 'sampling/createMessage', params }, CreateMessageResultSchema);
    return { content: [{ type: 'text', text: JSON.stringify(content) }] };
  });
  mcp.registerTool('roots', {}, async () => {
    const { roots } = await mcp.server.listRoots();
    mcp.sendToolListChanged();
    return { content: [{ type: 'text', text: JSON.stringify(roots) }] };
  });
  mcp.registerResource('note', 'note://one', {}, async (uri) => ({ contents: [{ uri: uri.href, text: 'a note' }] }));
  mcp.registerPrompt('hi', {}, () => ({ messages: [{ role: 'user', content: { type: 'text', text: 'hi' } }] }));
  return mcp;
}
