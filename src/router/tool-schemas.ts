import type { Message } from '../wire/jsonrpc.ts';

type Json = Readonly<Record<string, unknown>>;
export type SchemasByTool = ReadonlyMap<string, Json>;
type Ask = (method: string, params: Json) => Promise<Message | undefined>;

/** A server that never ends its list is believed so many pages. */
const maxPages = 100;

/** The schemas of the arguments of a server's tools, as it listed them last. */
export class ToolSchemas {
  readonly #ask: Ask;
  #known: SchemasByTool | undefined;
  #listing: Promise<SchemasByTool> | undefined;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /** Undefined before the first `list`. */
  get known(): SchemasByTool | undefined {
    return this.#known;
  }

  /** Asks the server, once for all that ask meanwhile. Rejects when it does not answer. */
  list(): Promise<SchemasByTool> {
    this.#listing ??= this.#list().finally(() => {
      this.#listing = undefined;
    });
    return this.#listing;
  }

  async #list(): Promise<SchemasByTool> {
    const schemas = new Map<string, Json>();
    let cursor: unknown;
    for (let page = 0; page < maxPages && (page === 0 || cursor !== undefined); page++) {
      const { tools, nextCursor } = pageOf(await this.#ask('tools/list', cursor === undefined ? {} : { cursor }));
      for (const { name, inputSchema } of tools) schemas.set(name, inputSchema);
      cursor = nextCursor;
    }
    this.#known = schemas;
    return schemas;
  }
}

interface Page {
  readonly tools: readonly { readonly name: string; readonly inputSchema: Json }[];
  readonly nextCursor?: unknown;
}

/** What is no list of tools names none. */
function pageOf(answer: Message | undefined): Page {
  if (answer === undefined || answer.resultStart < 0) return { tools: [] };
  const result = JSON.parse(answer.bytes.toString('utf8', answer.resultStart, answer.resultEnd));
  return { tools: Array.isArray(result.tools) ? result.tools : [], nextCursor: result.nextCursor };
}
