import { findMember, textOf } from '../wire/json-member.ts';
import { errorObject, RpcCode } from '../wire/jsonrpc.ts';
import { McpCode, type MethodIndex, methodIndex, methodName } from '../wire/mcp.ts';
import type { Client } from './client.ts';
import type { Exchange } from './exchange.ts';

const uriPrefix = 'mcpb://echo/';

const prepared = new Map<MethodIndex, Buffer>(
  Object.entries({
    'resources/list': {
      resources: [{ uri: `${uriPrefix}hello`, name: 'hello', mimeType: 'text/plain' }],
    },
    'resources/templates/list': {
      resourceTemplates: [{ uriTemplate: `${uriPrefix}{text}`, name: 'text', mimeType: 'text/plain' }],
    },
    'prompts/list': {
      prompts: [{ name: 'greet', arguments: [{ name: 'name', required: true }] }],
    },
    'logging/setLevel': {},
    'completion/complete': { completion: { values: [], total: 0, hasMore: false } },
  }).map(([method, result]) => [methodIndex[method as keyof typeof methodIndex], Buffer.from(JSON.stringify(result))]),
);

const inputSchema = { type: 'object', properties: { message: { type: 'string' } }, required: ['message'] };

/**
 * The small MCP server behind the echo and synthetic backends: tools `echo`, `echo-2`, … that return their message and,
 * as `structuredContent`, their arguments byte for byte; resources `mcpb://echo/…` that contain the rest of their URI;
 * one prompt. Replies that do not depend on the request are prepared.
 */
export class Catalog {
  readonly #tools: ReadonlySet<string>;
  readonly #toolList: Buffer;
  readonly #text: string | undefined;

  readonly #version: string;

  /** `size`: bytes of the text a tool returns instead of its message. */
  constructor(options: { readonly tools: number; readonly size: number; readonly version: string }) {
    this.#version = options.version;
    const names = Array.from({ length: options.tools }, (_, index) => (index === 0 ? 'echo' : `echo-${index + 1}`));
    this.#tools = new Set(names);
    this.#toolList = Buffer.from(
      JSON.stringify({ tools: names.map((name) => ({ name, description: 'Echo a message', inputSchema })) }),
    );
    this.#text = options.size > 0 ? JSON.stringify('x'.repeat(options.size)) : undefined;
  }

  /** The result of `initialize`. */
  initialized({ protocolVersion }: Client): Buffer {
    const capabilities = { tools: {}, resources: {}, prompts: {} };
    const serverInfo = { name: 'mcpb-gateway', version: this.#version };
    return Buffer.from(JSON.stringify({ protocolVersion, capabilities, serverInfo }));
  }

  toolSchema(tool: string): object | undefined {
    return this.#tools.has(tool) ? inputSchema : undefined;
  }

  /** The result of a request, or undefined after answering it with an error. */
  resultOf(exchange: Exchange): Buffer | undefined {
    switch (exchange.method) {
      case methodIndex['tools/list']:
        return this.#toolList;
      case methodIndex['tools/call']:
        return this.#call(exchange);
      case methodIndex['resources/read']:
        return read(exchange);
      case methodIndex['prompts/get']:
        return prompt(exchange);
      default:
        return prepared.get(exchange.method) ?? unknownMethod(exchange);
    }
  }

  #call(exchange: Exchange): Buffer | undefined {
    const params = exchange.request.params;
    const tool = textOf(findMember(params, 'name'));
    if (tool === undefined || !this.#tools.has(tool)) return badParams(exchange, `Unknown tool: ${tool}`);
    const given = findMember(params, 'arguments');
    const message = Buffer.isBuffer(given) ? findMember(given, 'message') : undefined;
    if (!Buffer.isBuffer(given) || !Buffer.isBuffer(message) || message[0] !== 0x22)
      return badParams(exchange, 'Invalid params: "arguments.message" must be a string');
    return Buffer.concat([
      Buffer.from('{"content":[{"type":"text","text":'),
      this.#text === undefined ? message : Buffer.from(this.#text),
      Buffer.from('}],"structuredContent":'),
      given,
      Buffer.from('}'),
    ]);
  }
}

function read(exchange: Exchange): Buffer | undefined {
  const uri = textOf(findMember(exchange.request.params, 'uri'));
  if (!uri?.startsWith(uriPrefix)) {
    exchange.error(errorObject(McpCode.resourceNotFound, 'Resource not found', { uri }));
    return undefined;
  }
  return Buffer.from(
    JSON.stringify({ contents: [{ uri, mimeType: 'text/plain', text: uri.slice(uriPrefix.length) }] }),
  );
}

function prompt(exchange: Exchange): Buffer | undefined {
  const params = exchange.request.params;
  const name = textOf(findMember(params, 'name'));
  if (name !== 'greet') return badParams(exchange, `Unknown prompt: ${name}`);
  const given = findMember(params, 'arguments');
  const person = Buffer.isBuffer(given) ? textOf(findMember(given, 'name')) : undefined;
  if (person === undefined) return badParams(exchange, 'Invalid params: "arguments.name" must be a string');
  return Buffer.from(
    JSON.stringify({ messages: [{ role: 'user', content: { type: 'text', text: `Say hello to ${person}.` } }] }),
  );
}

function unknownMethod(exchange: Exchange): undefined {
  exchange.error(errorObject(RpcCode.unknownMethod, `Method not found: ${methodName(exchange.request)}`));
}

function badParams(exchange: Exchange, text: string): undefined {
  exchange.error(errorObject(RpcCode.badParams, text));
}
