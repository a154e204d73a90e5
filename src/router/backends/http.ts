import { errorObject, type Message } from '../../wire/jsonrpc.ts';
import { latestLegacyVersion, legacyVersions, McpCode } from '../../wire/mcp.ts';
import { modernVersionOf } from '../../wire/modern.ts';
import type { Backend, BackendContext, BackendQueue } from '../backend.ts';
import type { Client } from '../client.ts';
import { DeferredWork } from '../deferred-work.ts';
import type { Caller, Exchange, Work } from '../exchange.ts';
import { LegacyUpstream } from '../legacy-upstream.ts';
import { ModernUpstream } from '../modern-upstream.ts';
import { reasonOf } from '../reason.ts';
import { UpstreamCall } from '../upstream-call.ts';
import { UpstreamClient } from '../upstream-client.ts';
import { defaultUpstream } from '../upstream-options.ts';
import { WorkerIds } from '../worker-ids.ts';

/** Passes requests to an MCP server over Streamable HTTP, each in the era it comes in. */
export class HttpBackend implements Backend {
  readonly kind = 'http';
  readonly #client: UpstreamClient;
  readonly #legacy: LegacyUpstream;
  readonly #modern: ModernUpstream;
  readonly #ids: WorkerIds;

  constructor(url: string, { worker, version, upstream }: BackendContext) {
    this.#client = new UpstreamClient(url, upstream ?? defaultUpstream);
    const info = { name: 'mcpb-gateway', version };
    const anonymous = { protocolVersion: latestLegacyVersion, capabilities: '{}', info: JSON.stringify(info) };
    this.#legacy = new LegacyUpstream(this.#client, anonymous);
    this.#modern = new ModernUpstream(this.#client, info);
    this.#ids = new WorkerIds(worker);
  }

  get queue(): BackendQueue {
    return { length: this.#client.waiting, limit: this.#client.options.waiting };
  }

  request(exchange: Exchange): Work | undefined {
    if (this.#client.crowded) return void exchange.refuse('overloaded', 'Too many requests wait for the backend');
    return exchange.era === 'legacy' ? this.#passLegacy(exchange) : this.#passModern(exchange);
  }

  notification(caller: Caller, notification: Message): void {
    // The server may be gone.
    if (caller.upstream !== undefined) this.#client.tell(caller.upstream, notification.bytes).catch(() => {});
  }

  open(caller: Caller, client: Client): Promise<Buffer> {
    return this.#legacy.open(caller, client);
  }

  listen(caller: Caller): void {
    this.#legacy.listen(caller);
  }

  async toolSchema(_: Caller, tool: string): Promise<unknown> {
    if (!(await this.#modern.spoken())) return undefined;
    return (this.#modern.schemas.known ?? (await this.#modern.schemas.list())).get(tool);
  }

  end(caller: Caller): void {
    this.#legacy.end(caller);
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  #passLegacy(exchange: Exchange): Work {
    const call = this.#call(exchange, this.#sendOpened);
    this.#legacy.send(call);
    return call;
  }

  #passModern(exchange: Exchange): Work | undefined {
    const spoken = this.#modern.spoken();
    if (!(spoken instanceof Promise)) return this.#sendModern(exchange, spoken);
    const work = new DeferredWork();
    spoken.then(
      (speaks) => work.begin(() => this.#sendModern(exchange, speaks)),
      (error: Error) => exchange.refuse('backend', `Backend unavailable: ${reasonOf(error)}`),
    );
    return work;
  }

  #sendModern(exchange: Exchange, speaks: boolean): Work | undefined {
    if (!speaks) return void exchange.error(unsupported(exchange.request));
    const call = this.#call(exchange, this.#sendListed);
    this.#modern.send(call);
    return call;
  }

  #call(exchange: Exchange, again: (call: UpstreamCall) => void): UpstreamCall {
    return new UpstreamCall(this.#client, exchange, this.#ids.next(), again);
  }

  readonly #sendOpened = (call: UpstreamCall): void => this.#legacy.sendOpened(call);

  readonly #sendListed = (call: UpstreamCall): void => this.#modern.sendListed(call);
}

function unsupported(request: Message): Buffer {
  const data = { supported: legacyVersions, requested: modernVersionOf(request) };
  return errorObject(McpCode.unsupportedVersion, 'Unsupported protocol version', data);
}
