import { McpbError } from '../errors.ts';
import type { Message } from '../wire/jsonrpc.ts';
import type { Client } from './client.ts';
import type { Caller, Exchange, Work } from './exchange.ts';
import { parseSynthetic, type SyntheticOptions } from './synthetic-options.ts';
import type { UpstreamOptions } from './upstream-options.ts';

export interface BackendQueue {
  readonly length: number;
  readonly limit: number;
}

/** Answers requests. One instance per worker thread. `initialize` (but for `open`) and `ping` never reach it. */
export interface Backend {
  readonly kind: BackendKind;
  /** Requests that wait for it; undefined where none ever do. */
  readonly queue?: BackendQueue | undefined;
  /** Answers now and returns undefined, or returns the work it will answer from. */
  request(exchange: Exchange): Work | undefined;
  /** A client notification other than `initialized` and `cancelled`. */
  notification(caller: Caller, notification: Message): void;
  /**
   * Begins a session with the server for a client that initializes, in place of the one it had; any worker may serve it then.
   * Resolves with the result of `initialize` (protocolVersion, capabilities, serverInfo, instructions) as JSON; rejects with
   * a plain Error when the server cannot be reached.
   */
  open(caller: Caller, client: Client): Promise<Buffer>;
  /** The JSON Schema of a tool's arguments; undefined where it is not known. */
  toolSchema(caller: Caller, tool: string): Promise<unknown>;
  /** The client has a stream now for what belongs to no request. */
  listen(caller: Caller): void;
  /** The client session has ended. */
  end(caller: Caller): void;
  /** Frees connections; requests under way are not waited for. */
  close(): Promise<void>;
}

export type BackendOptions =
  | { readonly kind: 'echo' }
  | { readonly kind: 'synthetic'; readonly synthetic: SyntheticOptions }
  | { readonly kind: 'http'; readonly url: string };

export type BackendKind = BackendOptions['kind'];

/** What a backend is told about where it runs. */
export interface BackendContext {
  /** Index of the worker thread, from 0. */
  readonly worker: number;
  readonly version: string;
  readonly upstream?: UpstreamOptions;
}

/** Each kind with its description as the user writes it and its lazily loaded implementation. */
const backends = {
  echo: {
    usage: 'echo',
    create: async (_, context) => new (await import('./backends/echo.ts')).EchoBackend(context),
  },
  synthetic: {
    usage: 'synthetic:delay=5ms,…',
    create: async (options, context) =>
      new (await import('./backends/synthetic.ts')).SyntheticBackend(options.synthetic, context),
  },
  http: {
    usage: 'http://HOST:PORT/mcp',
    create: async (options, context) => new (await import('./backends/http.ts')).HttpBackend(options.url, context),
  },
} satisfies {
  [K in BackendKind]: {
    usage: string;
    create(options: Extract<BackendOptions, { kind: K }>, context: BackendContext): Promise<Backend>;
  };
};

/** `echo`, `synthetic[:key=value,…]` or the URL of an MCP server. Throws MCPB_E_USAGE. */
export function parseBackend(text: string): BackendOptions {
  if (text === 'echo') return { kind: 'echo' };
  if (/^synthetic(:|$)/.test(text)) return { kind: 'synthetic', synthetic: parseSynthetic(text.slice(10)) };
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return { kind: 'http', url: new URL(text).href };
  throw new McpbError('MCPB_E_USAGE', `--backend: "${text}" is not understood`, {
    hint: `write one of: ${Object.values(backends)
      .map((backend) => backend.usage)
      .join(', ')}`,
  });
}

export function createBackend(options: BackendOptions, context: BackendContext): Promise<Backend> {
  switch (options.kind) {
    case 'echo':
      return backends.echo.create(options, context);
    case 'synthetic':
      return backends.synthetic.create(options, context);
    case 'http':
      return backends.http.create(options, context);
  }
}
