import type { Era } from '../wire/mcp.ts';
import type { ScenarioFacts } from './facts.ts';
import type { Inquiry } from './inquiry.ts';
import { isObject, parseObject } from './json.ts';

/** Pages of `tools/list` that are read at most. */
const mostPages = 100;

/** The input schemas of the wanted tools, as far as the target tells them. */
export async function inputSchemas(
  inquiry: Inquiry,
  era: Era,
  wanted: readonly string[],
): Promise<NonNullable<ScenarioFacts['schemas']>> {
  const found: Record<string, Readonly<Record<string, unknown>>> = {};
  let cursor: unknown;
  for (let page = 0; page < mostPages; page++) {
    const { text } = await inquiry.ask('tools/list', cursor === undefined ? {} : { cursor }, era);
    const result = parseObject(text)?.result;
    if (!isObject(result) || !Array.isArray(result.tools)) break;
    for (const tool of result.tools as unknown[])
      if (isObject(tool) && wanted.includes(String(tool.name)) && isObject(tool.inputSchema))
        found[String(tool.name)] = tool.inputSchema;
    cursor = result.nextCursor;
    if (typeof cursor !== 'string' || wanted.every((name) => name in found)) break;
  }
  return found;
}
