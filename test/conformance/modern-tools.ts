import { fromJsonSchema, type McpServer, type ServerContext, type ServerNotifier } from '@modelcontextprotocol/server';
import { type Content, plainTools, text } from './content.ts';
import { mirroredSchema, wideSchema } from './schemas.ts';

/** Tools of revision 2026-07-28 that answer at once; `notifier` reaches the streams of `subscriptions/listen`. */
export function registerTools(mcp: McpServer, notifier: () => ServerNotifier): void {
  const add = (name: string, call: (context: ServerContext) => Content[] | Promise<Content[]>) =>
    mcp.registerTool(name, { description: name }, async (context) => ({ content: await call(context) }));

  for (const [name, content] of Object.entries(plainTools)) add(name, () => content);
  add('test_error_handling', () => {
    throw new Error('This tool always fails');
  });
  add('test_tool_with_progress', async ({ mcpReq }) => {
    const progressToken = mcpReq._meta?.progressToken;
    for (const progress of [0, 50, 100])
      if (progressToken !== undefined)
        await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total: 100 } });
    return [text(`Progress for ${progressToken}.`)];
  });
  const logs = async ({ mcpReq }: ServerContext) => {
    for (const data of ['started', 'at work', 'done']) await mcpReq.log('info', data);
    return [text('Logged three messages, if asked to.')];
  };
  add('test_logging_tool', logs);
  add('test_tool_with_logging', logs);
  add('test_trigger_tool_change', () => {
    notifier().toolsChanged();
    return [text('Said that the tools have changed.')];
  });
  add('test_trigger_prompt_change', () => {
    notifier().promptsChanged();
    return [text('Said that the prompts have changed.')];
  });
  for (const [name, schema] of Object.entries({
    json_schema_2020_12_tool: wideSchema,
    test_custom_headers: mirroredSchema,
  }))
    mcp.registerTool(name, { description: name, inputSchema: fromJsonSchema(schema) }, (args) => ({
      content: [text(JSON.stringify(args))],
    }));
}
