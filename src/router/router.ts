import { findMember } from '../wire/json-member.ts';
import { errorObject, type Message, RpcCode } from '../wire/jsonrpc.ts';
import { isLegacyVersion, latestLegacyVersion, type MethodIndex, methodIndex } from '../wire/mcp.ts';
import type { Backend } from './backend.ts';
import type { Caller, Exchange, Work } from './exchange.ts';

/** The member of `params` that decides who serves a request, by method. */
const routingKeys = new Map<MethodIndex, string>([
  [methodIndex['tools/call'], 'name'],
  [methodIndex['prompts/get'], 'name'],
  [methodIndex['resources/read'], 'uri'],
  [methodIndex['resources/subscribe'], 'uri'],
  [methodIndex['resources/unsubscribe'], 'uri'],
]);

const empty = Buffer.from('{}');
const paramsNotObject = errorObject(RpcCode.badParams, 'Invalid params: must be an object');

/** Picks who answers: the router itself for `initialize` and `ping`, the backend for everything else. */
export class Router {
  readonly #backend: Backend;
  readonly #version: string;

  constructor(backend: Backend, version: string) {
    this.#backend = backend;
    this.#version = version;
  }

  /** Returns the work under way, or undefined when the exchange is answered. */
  request(exchange: Exchange): Work | undefined {
    const { request, method } = exchange;
    if (request.paramsStart >= 0 && request.bytes[request.paramsStart] !== 0x7b)
      return void exchange.error(paramsNotObject);
    if (method === methodIndex.ping) return void exchange.result(empty);
    if (method === methodIndex.initialize) return void this.#initialize(exchange);
    const key = routingKeys.get(method);
    if (key !== undefined && !this.#routable(exchange, key)) return undefined;
    return this.#backend.request(exchange);
  }

  notification(caller: Caller, notification: Message): void {
    this.#backend.notification(caller, notification);
  }

  open(caller: Caller): Promise<void> {
    return this.#backend.open(caller);
  }

  end(caller: Caller): void {
    this.#backend.end(caller);
  }

  close(): Promise<void> {
    return this.#backend.close();
  }

  #routable(exchange: Exchange, key: string): boolean {
    const value = findMember(exchange.request.params, key);
    if (Buffer.isBuffer(value) && value[0] === 0x22) return true;
    exchange.error(
      value === 'ambiguous'
        ? errorObject(RpcCode.invalidRequest, `Invalid request: "${key}" appears twice or in another case`)
        : errorObject(RpcCode.badParams, `Invalid params: "${key}" must be a string`),
    );
    return false;
  }

  #initialize(exchange: Exchange): void {
    const protocolVersion = negotiate(exchange.request);
    if (protocolVersion === undefined)
      return exchange.error(errorObject(RpcCode.badParams, 'Invalid params: "protocolVersion" must be a string'));
    exchange.result(
      Buffer.from(
        JSON.stringify({
          protocolVersion,
          capabilities: { tools: {}, resources: {}, prompts: {} },
          serverInfo: { name: 'mcpb-gateway', version: this.#version },
        }),
      ),
    );
  }
}

/** The revision to speak after `initialize`: the client's if known, else our newest; undefined when it names none. */
export function negotiate(initialize: Message): string | undefined {
  const wanted = findMember(initialize.params, 'protocolVersion');
  if (!Buffer.isBuffer(wanted) || wanted[0] !== 0x22) return undefined;
  const version: string = JSON.parse(wanted.toString());
  return isLegacyVersion(version) ? version : latestLegacyVersion;
}
