import type { Message } from '../../wire/jsonrpc.ts';
import { latestLegacyVersion } from '../../wire/mcp.ts';
import type { Backend, BackendContext, BackendQueue } from '../backend.ts';
import type { Client } from '../client.ts';
import type { Caller, Exchange, UpstreamSession, Work } from '../exchange.ts';
import { reasonOf } from '../reason.ts';
import { UpstreamCall } from '../upstream-call.ts';
import { type Opened, UpstreamClient } from '../upstream-client.ts';
import { defaultUpstream } from '../upstream-options.ts';
import { UpstreamStream } from '../upstream-stream.ts';
import { WorkerIds } from '../worker-ids.ts';

/**
 * Passes requests to an MCP server over Streamable HTTP (legacy era). Every client session has one upstream session,
 * opened once, at its first request or by `open`, and deleted with it. What a server asks or tells outside the requests of
 * clients comes over a stream of the session, for clients that have one themselves.
 */
export class HttpBackend implements Backend {
  readonly kind = 'http';
  readonly #client: UpstreamClient;
  /** Who a client is that has not said it. */
  readonly #anonymous: Client;
  readonly #streams = new Map<Caller, UpstreamStream>();
  readonly #opening = new Map<Caller, Promise<Opened>>();
  readonly #ids: WorkerIds;

  constructor(url: string, context: BackendContext) {
    this.#client = new UpstreamClient(url, context.upstream ?? defaultUpstream);
    this.#anonymous = {
      protocolVersion: latestLegacyVersion,
      capabilities: '{}',
      info: JSON.stringify({ name: 'mcpb-gateway', version: context.version }),
    };
    this.#ids = new WorkerIds(context.worker);
  }

  get queue(): BackendQueue {
    return { length: this.#client.waiting, limit: this.#client.options.waiting };
  }

  request(exchange: Exchange): Work | undefined {
    if (this.#client.crowded) return void exchange.refuse('overloaded', 'Too many requests wait for the backend');
    const call = new UpstreamCall(this.#client, exchange, this.#ids.next(), this.#sendLater);
    const { upstream } = exchange.caller;
    if (upstream !== undefined) call.send(upstream);
    else this.#sendLater(call);
    return call;
  }

  notification(caller: Caller, notification: Message): void {
    if (caller.upstream !== undefined) this.#client.tell(caller.upstream, notification.bytes).catch(ignore);
  }

  async open(caller: Caller, client: Client): Promise<Buffer> {
    this.end(caller);
    const { result } = await this.#begin(caller, client);
    return result;
  }

  listen(caller: Caller): void {
    const { upstream, listens } = caller;
    if (upstream === undefined || !listens || this.#client.streamless) return;
    const stream = this.#streams.get(caller);
    if (stream?.session === upstream) return;
    stream?.close();
    this.#streams.set(caller, new UpstreamStream(this.#client, caller, upstream));
  }

  async toolSchema(): Promise<undefined> {}

  end(caller: Caller): void {
    const opening = this.#opening.get(caller)?.then(({ session }) => session) ?? Promise.resolve(caller.upstream);
    caller.upstream = undefined;
    this.#opening.delete(caller);
    this.#streams.get(caller)?.close();
    this.#streams.delete(caller);
    opening.then((session) => session && this.#client.end(session)).catch(ignore);
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  /** A call whose session has to begin first. */
  readonly #sendLater = (call: UpstreamCall): void => {
    this.#session(call.exchange.caller).then(
      (session) => call.send(session),
      (error: Error) => call.fail(reasonOf(error)),
    );
  };

  /** The session that stands, is being opened, or is opened now, for a client that has not initialized. */
  async #session(caller: Caller): Promise<UpstreamSession> {
    if (caller.upstream !== undefined) return caller.upstream;
    const opened = this.#opening.get(caller) ?? this.#begin(caller, caller.client ?? this.#anonymous);
    return (await opened).session;
  }

  #begin(caller: Caller, client: Client): Promise<Opened> {
    const opening = this.#client.open(client);
    this.#opening.set(caller, opening);
    const settled = (opened?: Opened): void => {
      if (this.#opening.get(caller) !== opening) return;
      this.#opening.delete(caller);
      caller.upstream = opened?.session;
      this.listen(caller);
    };
    opening.then(settled, () => settled());
    return opening;
  }
}

/** Upstream may be gone already when a session ends there. */
function ignore(): void {}
