import type { Message } from '../../wire/jsonrpc.ts';
import type { Backend, BackendContext } from '../backend.ts';
import type { Caller, Exchange, UpstreamSession, Work } from '../exchange.ts';
import { UpstreamCall } from '../upstream-call.ts';
import { UpstreamClient } from '../upstream-client.ts';
import { WorkerIds } from '../worker-ids.ts';

/**
 * Passes requests to an MCP server over Streamable HTTP (legacy era). Every client session has one upstream session,
 * opened once, at its first request or by `open`, and deleted with it.
 */
export class HttpBackend implements Backend {
  readonly kind = 'http';
  readonly #client: UpstreamClient;
  readonly #opening = new Map<Caller, Promise<UpstreamSession>>();
  readonly #ids: WorkerIds;

  constructor(url: string, context: BackendContext) {
    this.#client = new UpstreamClient(url, context.version);
    this.#ids = new WorkerIds(context.worker);
  }

  request(exchange: Exchange): Work {
    const call = new UpstreamCall(this.#client, exchange, this.#ids.next());
    const { upstream } = exchange.caller;
    if (upstream !== undefined) call.send(upstream);
    else
      this.#session(exchange.caller).then(
        (session) => call.send(session),
        (error: Error) => call.fail(reasonOf(error)),
      );
    return call;
  }

  notification(caller: Caller, notification: Message): void {
    if (caller.upstream !== undefined) this.#client.tell(caller.upstream, notification.bytes).catch(ignore);
  }

  async open(caller: Caller): Promise<void> {
    await this.#session(caller);
  }

  end(caller: Caller): void {
    const opening = this.#opening.get(caller) ?? Promise.resolve(caller.upstream);
    caller.upstream = undefined;
    opening.then((session) => session && this.#client.end(session)).catch(ignore);
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  #session(caller: Caller): Promise<UpstreamSession> {
    if (caller.upstream !== undefined) return Promise.resolve(caller.upstream);
    const under = this.#opening.get(caller);
    if (under !== undefined) return under;
    const opening = this.#client.open();
    this.#opening.set(caller, opening);
    return opening
      .then((session) => {
        caller.upstream = session;
        return session;
      })
      .finally(() => this.#opening.delete(caller));
  }
}

function reasonOf(error: Error & { code?: string }): string {
  return error.code ?? error.message;
}

/** Upstream may be gone already when a session ends there. */
function ignore(): void {}
