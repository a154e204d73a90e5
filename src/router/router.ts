import { findMember } from '../wire/json-member.ts';
import { errorObject, type Message, RpcCode } from '../wire/jsonrpc.ts';
import { methodIndex } from '../wire/mcp.ts';
import type { Backend, BackendQueue } from './backend.ts';
import { type Client, clientOf } from './client.ts';
import type { Caller, Exchange, Work } from './exchange.ts';
import { reasonOf } from './reason.ts';
import { routingKeys } from './routing-key.ts';

const empty = Buffer.from('{}');
const paramsNotObject = errorObject(RpcCode.badParams, 'Invalid params: must be an object');

/** Picks who answers: the router itself for `ping`, the backend for everything else. */
export class Router {
  readonly #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  get queue(): BackendQueue | undefined {
    return this.#backend.queue;
  }

  /** Returns the work under way, or undefined when the exchange is answered. */
  request(exchange: Exchange): Work | undefined {
    const { request, method } = exchange;
    if (request.paramsStart >= 0 && request.bytes[request.paramsStart] !== 0x7b)
      return void exchange.error(paramsNotObject);
    if (exchange.era === 'legacy') {
      if (method === methodIndex.ping) return void exchange.result(empty);
      if (method === methodIndex.initialize) return this.#initialize(exchange);
    }
    const key = routingKeys[exchange.era].get(method);
    if (key !== undefined && !this.#routable(exchange, key)) return undefined;
    return this.#backend.request(exchange);
  }

  notification(caller: Caller, notification: Message): void {
    this.#backend.notification(caller, notification);
  }

  listen(caller: Caller): void {
    this.#backend.listen(caller);
  }

  /** The JSON Schema of a tool's arguments; undefined where the backend does not know one. */
  toolSchema(caller: Caller, tool: string): Promise<unknown> {
    return this.#backend.toolSchema(caller, tool);
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

  #initialize(exchange: Exchange): Work | undefined {
    const client = clientOf(exchange.request);
    if (client === undefined)
      return void exchange.error(errorObject(RpcCode.badParams, 'Invalid params: "protocolVersion" must be a string'));
    void this.#open(exchange, client);
    return opening;
  }

  async #open(exchange: Exchange, client: Client): Promise<void> {
    const { caller } = exchange;
    caller.client = client;
    try {
      exchange.result(await this.#backend.open(caller, client));
    } catch (error) {
      caller.client = undefined;
      exchange.refuse('backend', `Backend unavailable: ${reasonOf(error as Error)}`);
    }
  }
}

/** A session that begins; ending it ends that too. */
const opening: Work = { cancel: () => {}, pause: () => {}, resume: () => {} };
