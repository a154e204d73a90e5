import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import {
  CallToolRequestSchema,
  CompleteRequestSchema,
  ErrorCode,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  McpError,
  ReadResourceRequestSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { capabilities, completion, prompts, resources, template, text } from './content.ts';
import { legacyTools } from './legacy-tools.ts';

/** The server of one session, by the plain `Server` of the SDK: its `McpServer` rewrites JSON Schemas. */
export function legacyServer(failing: boolean): Server {
  const server = new Server(
    { name: 'conformance-fixture', version: '1' },
    {
      capabilities,
    },
  );
  serveTools(server, failing);
  servePrompts(server);
  serveResources(server);
  server.setRequestHandler(CompleteRequestSchema, async () => completion);
  return server;
}

function serveTools(server: Server, failing: boolean): void {
  server.setRequestHandler(ListToolsRequestSchema, async () => ({
    tools: Object.entries(legacyTools).map(([name, { inputSchema }]) => ({ name, description: name, inputSchema })),
  }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
    const tool = found(legacyTools[params.name], params.name);
    try {
      if (failing) throw new Error('Every tool fails');
      return { content: await tool.call(params.arguments ?? {}, extra) };
    } catch (error) {
      return { content: [text(String(error))], isError: true };
    }
  });
}

function servePrompts(server: Server): void {
  server.setRequestHandler(ListPromptsRequestSchema, async () => ({
    prompts: Object.entries(prompts).map(([name, prompt]) => ({
      name,
      description: prompt.description,
      arguments: prompt.arguments.map((argument) => ({ name: argument, description: argument, required: true })),
    })),
  }));
  server.setRequestHandler(GetPromptRequestSchema, async ({ params }) => ({
    messages: found(prompts[params.name], params.name)
      .content(params.arguments ?? {})
      .map((content) => ({ role: 'user', content })),
  }));
}

function serveResources(server: Server): void {
  server.setRequestHandler(ListResourcesRequestSchema, async () => ({
    resources: Object.entries(resources).map(([name, { uri, mimeType }]) => ({ name, uri, mimeType })),
  }));
  const { body, ...templateListed } = template;
  server.setRequestHandler(ListResourceTemplatesRequestSchema, async () => ({ resourceTemplates: [templateListed] }));
  server.setRequestHandler(ReadResourceRequestSchema, async ({ params: { uri } }) => {
    const id = /^test:\/\/template\/([^/]+)\/data$/.exec(uri)?.[1];
    if (id !== undefined) return { contents: [{ uri, mimeType: template.mimeType, ...body(id) }] };
    const resource = found(
      Object.values(resources).find((each) => each.uri === uri),
      uri,
    );
    return { contents: [{ uri, mimeType: resource.mimeType, ...resource.body }] };
  });
  server.setRequestHandler(SubscribeRequestSchema, async () => ({}));
  server.setRequestHandler(UnsubscribeRequestSchema, async () => ({}));
}

function found<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new McpError(ErrorCode.InvalidParams, `There is no ${name}`);
  return value;
}
