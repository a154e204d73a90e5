import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import {
  CreateMessageResultSchema,
  type ElicitRequestFormParams,
  ElicitResultSchema,
  type ServerNotification,
  type ServerRequest,
} from '@modelcontextprotocol/sdk/types.js';
import { type Content, plainTools, text } from './content.ts';
import { choices, defaults, form, wideSchema } from './schemas.ts';

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

interface Tool {
  readonly inputSchema: { type: 'object' } & Record<string, unknown>;
  call(args: Readonly<Record<string, unknown>>, extra: Extra): Promise<Content[]>;
}

const noArguments = { type: 'object' as const };
const tool = (call: Tool['call'], inputSchema: Tool['inputSchema'] = noArguments): Tool => ({ inputSchema, call });

/** Tools of revisions up to 2025-11-25, which ask the client on the stream of the call. */
export const legacyTools: Readonly<Record<string, Tool>> = {
  ...Object.fromEntries(Object.entries(plainTools).map(([name, content]) => [name, tool(async () => content)])),
  test_tool_with_logging: tool(async (_, { sendNotification }) => {
    for (const data of ['started', 'at work', 'done'])
      await sendNotification({ method: 'notifications/message', params: { level: 'info', data } });
    return [text('Logged three messages.')];
  }),
  test_tool_with_progress: tool(async (_, { sendNotification, _meta }) => {
    const progressToken = _meta?.progressToken;
    for (const progress of [0, 50, 100])
      if (progressToken !== undefined)
        await sendNotification({ method: 'notifications/progress', params: { progressToken, progress, total: 100 } });
    return [text(`Progress for ${progressToken}.`)];
  }),
  test_error_handling: tool(async () => {
    throw new Error('This tool always fails');
  }),
  test_reconnection: tool(async (_, { closeSSEStream }) => {
    closeSSEStream?.();
    return [text('The stream was closed before this.')];
  }),
  test_sampling: tool(async ({ prompt }, { sendRequest }) => {
    const messages = [{ role: 'user' as const, content: { type: 'text' as const, text: String(prompt) } }];
    const params = { messages, maxTokens: 100 };
    const { content } = await sendRequest({ method: 'sampling/createMessage', params }, CreateMessageResultSchema);
    return [text(`The model said ${JSON.stringify(content)}`)];
  }, form('prompt')),
  test_elicitation: tool(({ message }, extra) => elicit(extra, String(message), form('response')), form('message')),
  test_elicitation_sep1034_defaults: tool((_, extra) => elicit(extra, 'Change what you like', defaults)),
  test_elicitation_sep1330_enums: tool((_, extra) => elicit(extra, 'Choose', choices)),
  json_schema_2020_12_tool: tool(async (args) => [text(JSON.stringify(args))], wideSchema),
};

async function elicit(
  { sendRequest }: Extra,
  message: string,
  requestedSchema: ElicitRequestFormParams['requestedSchema'],
): Promise<Content[]> {
  const params = { message, requestedSchema };
  const { action, content } = await sendRequest({ method: 'elicitation/create', params }, ElicitResultSchema);
  return [text(`The user did ${action}: ${JSON.stringify(content)}`)];
}
