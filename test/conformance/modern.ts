import { randomBytes } from 'node:crypto';
import {
  createMcpHandler,
  createRequestStateCodec,
  type McpHttpHandler,
  McpServer,
  ResourceTemplate,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import { capabilities, completion, prompts, resources, template, text } from './content.ts';
import { registerRounds, type Step } from './modern-rounds.ts';
import { registerTools } from './modern-tools.ts';

/** Revision 2026-07-28, by the official SDK's 2.x line: a server for each request. */
export function modernHandler(failing: boolean): McpHttpHandler {
  const codec = createRequestStateCodec<Step>({ key: randomBytes(32) });
  const handler = createMcpHandler(
    () => {
      const mcp = new McpServer(
        { name: 'conformance-fixture', version: '1' },
        {
          capabilities,
          requestState: { verify: codec.verify },
        },
      );
      registerTools(mcp, () => handler.notify);
      registerRounds(mcp, codec);
      registerPrompts(mcp);
      registerResources(mcp);
      mcp.server.setRequestHandler('completion/complete', () => completion);
      if (failing)
        mcp.server.setRequestHandler('tools/call', () => ({ content: [text('Every tool fails')], isError: true }));
      return mcp;
    },
    { legacy: 'reject' },
  );
  return handler;
}

function registerPrompts(mcp: McpServer): void {
  for (const [name, { description, arguments: wanted, content }] of Object.entries(prompts)) {
    const argsSchema = z.object(Object.fromEntries(wanted.map((argument) => [argument, z.string()])));
    mcp.registerPrompt(name, { description, argsSchema }, (args) => ({
      messages: content(args).map((each) => ({ role: 'user', content: each })),
    }));
  }
}

function registerResources(mcp: McpServer): void {
  for (const [name, { uri, mimeType, body }] of Object.entries(resources))
    mcp.registerResource(name, uri, { mimeType }, () => ({ contents: [{ uri, mimeType, ...body }] }));
  const { name, uriTemplate, mimeType, body } = template;
  mcp.registerResource(name, new ResourceTemplate(uriTemplate, { list: undefined }), { mimeType }, (uri, { id }) => ({
    contents: [{ uri: uri.href, mimeType, ...body(String(id)) }],
  }));
}
