import { findMember, textOf } from '../../wire/json-member.ts';
import type { Message } from '../../wire/jsonrpc.ts';
import { latestLegacyVersion, methodIndex } from '../../wire/mcp.ts';
import type { Backend, BackendContext, BackendQueue } from '../backend.ts';
import type { Client } from '../client.ts';
import { DeferredWork } from '../deferred-work.ts';
import type { Caller, Exchange, Work } from '../exchange.ts';
import { initializedFrom, serveByModern } from '../legacy-to-modern.ts';
import { LegacyUpstream } from '../legacy-upstream.ts';
import { ModernSession } from '../modern-session.ts';
import { answersItself, discoveredFrom, ModernToLegacy } from '../modern-to-legacy.ts';
import { ModernUpstream } from '../modern-upstream.ts';
import { reasonOf } from '../reason.ts';
import { UpstreamCall } from '../upstream-call.ts';
import { Refused, UpstreamClient } from '../upstream-client.ts';
import { defaultUpstream } from '../upstream-options.ts';
import { WorkerIds } from '../worker-ids.ts';

/**
 * Passes requests to an MCP server over Streamable HTTP.
 *
 *     client   server speaks        the request goes
 *     legacy   legacy, or both      as it is, in a session of the client's own
 *     legacy   modern only          as several modern ones, if the server wants more input; subscriptions are kept here
 *     modern   modern, or both      as it is, with the headers that repeat what it says
 *     modern   legacy only          as a legacy one of a client that can do nothing
 *
 * A server is found to be modern only when it refuses `initialize`, legacy only when it does not answer `server/discover`
 * as a modern one. Either is found out once.
 */
export class HttpBackend implements Backend {
  readonly kind = 'http';
  readonly #client: UpstreamClient;
  readonly #legacy: LegacyUpstream;
  readonly #modern: ModernUpstream;
  /** Who a client is that has not said it. */
  readonly #anonymous: Client;
  readonly #ids: WorkerIds;
  #isModernOnly = false;
  /** Of legacy clients, where the server is modern only. */
  readonly #sessions = new Map<Caller, ModernSession>();

  constructor(url: string, { worker, version, upstream }: BackendContext) {
    this.#client = new UpstreamClient(url, upstream ?? defaultUpstream);
    const info = { name: 'mcpb-gateway', version };
    this.#anonymous = { protocolVersion: latestLegacyVersion, capabilities: '{}', info: JSON.stringify(info) };
    this.#legacy = new LegacyUpstream(this.#client, this.#anonymous);
    this.#modern = new ModernUpstream(this.#client, info);
    this.#ids = new WorkerIds(worker);
  }

  get queue(): BackendQueue {
    return { length: this.#client.waiting, limit: this.#client.options.waiting };
  }

  request(exchange: Exchange): Work | undefined {
    if (this.#client.crowded) return void exchange.refuse('overloaded', 'Too many requests wait for the backend');
    if (exchange.era === 'modern') return this.#fromModern(exchange);
    return this.#isModernOnly ? this.#legacyToModern(exchange) : this.#passLegacy(exchange);
  }

  notification(caller: Caller, notification: Message): void {
    // The server may be gone.
    if (caller.upstream !== undefined) this.#client.tell(caller.upstream, notification.bytes).catch(() => {});
  }

  async open(caller: Caller, client: Client): Promise<Buffer> {
    this.end(caller);
    try {
      if (!this.#isModernOnly) return await this.#legacy.open(caller, client);
    } catch (error) {
      if (!(await this.#refusesLegacy(error))) throw error;
    }
    this.listen(caller);
    return initializedFrom(this.#modern.discovered, client);
  }

  listen(caller: Caller): void {
    if (!this.#isModernOnly) this.#legacy.listen(caller);
    else if (caller.listens) this.#sessionOf(caller).listen();
  }

  async toolSchema(_: Caller, tool: string): Promise<unknown> {
    if (!(await this.#modern.spoken())) return undefined;
    return (this.#modern.schemas.known ?? (await this.#modern.schemas.list())).get(tool);
  }

  end(caller: Caller): void {
    this.#legacy.end(caller);
    this.#sessions.get(caller)?.end();
    this.#sessions.delete(caller);
  }

  close(): Promise<void> {
    for (const session of this.#sessions.values()) session.end();
    return this.#client.close();
  }

  #passLegacy(exchange: Exchange): Work {
    const call = this.#call(exchange, this.#sendOpened);
    const { upstream } = exchange.caller;
    if (upstream === undefined) return this.#passFirst(call);
    this.#legacy.send(call, upstream);
    return call;
  }

  /** A call whose session has to begin first, which may show that there are none. */
  #passFirst(call: UpstreamCall): Work {
    const work = new DeferredWork();
    work.begin(() => call);
    this.#legacy.sendOpened(call).catch(async (error: Error) => {
      if (!(await this.#refusesLegacy(error))) return call.fail(reasonOf(error));
      call.withdraw();
      work.begin(() => this.#legacyToModern(call.exchange));
    });
    return work;
  }

  #legacyToModern(exchange: Exchange): Work | undefined {
    const { method, request, caller } = exchange;
    const session = this.#sessionOf(caller);
    const uri = textOf(findMember(request.params, 'uri')) ?? '';
    if (method === methodIndex['logging/setLevel']) session.logLevel = textOf(findMember(request.params, 'level'));
    else if (method === methodIndex['resources/subscribe']) session.subscribe(uri);
    else if (method === methodIndex['resources/unsubscribe']) session.unsubscribe(uri);
    else return serveByModern(exchange, session, this.#passModern);
    exchange.result(Buffer.from('{}'));
    return undefined;
  }

  #fromModern(exchange: Exchange): Work | undefined {
    const spoken = this.#modern.spoken();
    if (spoken === true) return this.#passModern(exchange);
    const work = new DeferredWork();
    Promise.resolve(spoken)
      .then(async (speaks) => {
        if (speaks) work.begin(() => this.#passModern(exchange));
        else if (exchange.method === methodIndex['server/discover'])
          exchange.result(discoveredFrom(await this.#legacy.describe()));
        else if (!answersItself(exchange)) work.begin(() => this.#passLegacy(new ModernToLegacy(exchange)));
      })
      .catch((error: Error) => exchange.refuse('backend', `Backend unavailable: ${reasonOf(error)}`));
    return work;
  }

  readonly #passModern = (exchange: Exchange): Work => {
    const call = this.#call(exchange, this.#sendListed);
    this.#modern.send(call);
    return call;
  };

  #call(exchange: Exchange, again: (call: UpstreamCall) => void): UpstreamCall {
    return new UpstreamCall(this.#client, exchange, this.#ids.next(), again);
  }

  readonly #sendOpened = (call: UpstreamCall): void => {
    this.#legacy.sendOpened(call).catch((error: Error) => call.fail(reasonOf(error)));
  };

  readonly #sendListed = (call: UpstreamCall): void => this.#modern.sendListed(call);

  #sessionOf(caller: Caller): ModernSession {
    let session = this.#sessions.get(caller);
    if (session === undefined) {
      session = new ModernSession(caller, this.#anonymous, this.#passModern);
      this.#sessions.set(caller, session);
    }
    return session;
  }

  /** An attempt to begin a session has failed so because the server has none, for whomever: a client may be refused alone. */
  async #refusesLegacy(error: unknown): Promise<boolean> {
    if (!(error instanceof Refused) || this.#isModernOnly) return this.#isModernOnly;
    try {
      this.#isModernOnly = (await this.#modern.spoken()) && (await this.#legacy.isRefused());
    } catch {
      // It is gone: nothing has been found out.
    }
    return this.#isModernOnly;
  }
}
