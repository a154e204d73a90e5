import type { Era } from '../wire/mcp.ts';
import type { ScenarioFacts } from './facts.ts';
import type { Inquiry } from './inquiry.ts';
import { isObject, parseObject } from './json.ts';

/** Pages of `tools/list` that are read at most. */
const mostPages = 100;

/** What a target says of its tools. */
export interface ToolList {
  /** Of all of them, where those that were wanted are not all there. */
  readonly names: readonly string[];
  readonly schemas: NonNullable<ScenarioFacts['schemas']>;
  /** The answer that was no list. */
  readonly refusal?: string;
}

/** The tools of a target with their input schemas, until all that are wanted were found. */
export async function listTools(inquiry: Inquiry, era: Era, wanted: ReadonlySet<string>): Promise<ToolList> {
  const names: string[] = [];
  const schemas: Record<string, Readonly<Record<string, unknown>>> = {};
  let cursor: unknown;
  for (let page = 0; page < mostPages; page++) {
    const { status, text } = await inquiry.ask('tools/list', cursor === undefined ? {} : { cursor }, era);
    const result = parseObject(text)?.result;
    if (!isObject(result) || !Array.isArray(result.tools))
      return { names, schemas, refusal: text === '' ? `HTTP ${status}` : text.slice(0, 200) };
    for (const tool of result.tools as unknown[]) {
      if (!isObject(tool)) continue;
      names.push(String(tool.name));
      schemas[String(tool.name)] = isObject(tool.inputSchema) ? tool.inputSchema : {};
    }
    cursor = result.nextCursor;
    if ([...wanted].every((name) => Object.hasOwn(schemas, name))) return { names, schemas: only(wanted, schemas) };
    if (typeof cursor !== 'string') break;
  }
  return { names, schemas };
}

function only(wanted: ReadonlySet<string>, schemas: ToolList['schemas']): ToolList['schemas'] {
  return Object.fromEntries([...wanted].map((name) => [name, schemas[name]]));
}
