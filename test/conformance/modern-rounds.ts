import {
  acceptedContent,
  type InputRequest,
  type InputRequests,
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  type McpServer,
  type RequestStateCodec,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { text } from './content.ts';
import { form } from './schemas.ts';

/** Where a call that takes several rounds stands. */
export interface Step {
  readonly round: number;
}

type Codec = RequestStateCodec<Step>;

const ask = (message: string, requestedSchema: ReturnType<typeof form>): InputRequest =>
  inputRequired.elicit({ message, requestedSchema });

const sample = (question: string, maxTokens: number): InputRequest =>
  inputRequired.createMessage({ messages: [{ role: 'user', content: { type: 'text', text: question } }], maxTokens });

/** What a tool asks for, round by round; `sealed` sends a signed state along. */
interface Rounds {
  readonly rounds: readonly InputRequests[];
  readonly sealed?: boolean;
}

const name = ask('What is your name?', form('name'));
const confirm = ask('Please confirm', form('ok', { type: 'boolean' }));

const greeting = sample('Say hello', 50);
const roots = inputRequired.listRoots();
const prefix = 'test_input_required_result_';

const tools: Readonly<Record<string, Rounds>> = {
  [`${prefix}elicitation`]: { rounds: [{ user_name: name }] },
  [`${prefix}sampling`]: { rounds: [{ capital_question: sample('What is the capital of France?', 100) }] },
  [`${prefix}list_roots`]: { rounds: [{ client_roots: roots }] },
  [`${prefix}request_state`]: { rounds: [{ confirm }], sealed: true },
  [`${prefix}tampered_state`]: { rounds: [{ confirm }], sealed: true },
  [`${prefix}multiple_inputs`]: { rounds: [{ user_name: name, greeting, client_roots: roots }], sealed: true },
  [`${prefix}multi_round`]: {
    rounds: [{ step1: name }, { step2: ask('What is your favourite colour?', form('color')) }],
    sealed: true,
  },
  test_streaming_elicitation: { rounds: [{ user_name: name }] },
  // The SDK refuses to ask a client for what it did not declare.
  test_missing_capability: { rounds: [{ greeting }] },
};

/** Tools and a prompt of revision 2026-07-28 that want input before they answer. */
export function registerRounds(mcp: McpServer, codec: Codec): void {
  for (const [tool, rounds] of Object.entries(tools))
    mcp.registerTool(tool, { description: tool }, async (context) => {
      return (await missing(rounds, codec, context)) ?? { content: [text('state-ok')] };
    });
  mcp.registerTool(`${prefix}capabilities`, { description: 'Asks what the client can answer' }, () =>
    inputRequired({ inputRequests: withinCapabilities(mcp) }),
  );
  mcp.registerPrompt(`${prefix}prompt`, { description: 'Asks for its context' }, ({ mcpReq }) => {
    const context = acceptedContent<{ context: string }>(mcpReq.inputResponses, 'user_context');
    if (context === undefined)
      return inputRequired({ inputRequests: { user_context: ask('Which context?', form('context')) } });
    return { messages: [{ role: 'user', content: { type: 'text', text: `In the context of ${context.context}.` } }] };
  });
}

/** The result that asks for what the current round still lacks, or for the next round. */
async function missing(
  { rounds, sealed = false }: Rounds,
  codec: Codec,
  { mcpReq }: ServerContext,
): Promise<InputRequiredResult | undefined> {
  let round = sealed ? (mcpReq.requestState<Step>()?.round ?? 0) : 0;
  const answered = (key: string) => inputResponse(mcpReq.inputResponses, key).kind !== 'missing';
  if (Object.keys(rounds[round]!).every(answered)) round++;
  const inputRequests = rounds[round];
  if (inputRequests === undefined) return;
  return inputRequired(sealed ? { inputRequests, requestState: await codec.mint({ round }) } : { inputRequests });
}

function withinCapabilities(mcp: McpServer): InputRequests {
  const capabilities = mcp.server.getClientCapabilities();
  return { ...(capabilities?.elicitation && { user_name: name }), ...(capabilities?.sampling && { greeting }) };
}
