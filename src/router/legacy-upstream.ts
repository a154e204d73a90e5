import type { Client } from './client.ts';
import type { Caller, UpstreamSession } from './exchange.ts';
import type { UpstreamCall } from './upstream-call.ts';
import { type Opened, Refused, type UpstreamClient } from './upstream-client.ts';
import { UpstreamStream } from './upstream-stream.ts';

/**
 * A server spoken to in the legacy era. Every client session has one session there, opened once, at its first request or by
 * `open`, and deleted with it. What the server asks or tells outside the requests of clients comes over a stream of the
 * session, for clients that have one themselves.
 */
export class LegacyUpstream {
  readonly #client: UpstreamClient;
  /** Who a client is that has not said it. */
  readonly #anonymous: Client;
  #description: Buffer | undefined = undefined;
  readonly #streams = new Map<Caller, UpstreamStream>();
  readonly #opening = new Map<Caller, Promise<Opened>>();

  constructor(client: UpstreamClient, anonymous: Client) {
    this.#client = client;
    this.#anonymous = anonymous;
  }

  send(call: UpstreamCall, session: UpstreamSession): void {
    call.send(this.#client.headers(session), session);
  }

  /** The session of the call has to begin first. Rejects when it does not. */
  async sendOpened(call: UpstreamCall): Promise<void> {
    this.send(call, await this.#session(call.exchange.caller));
  }

  /** The server's result of `initialize`, for nobody in particular. */
  async describe(): Promise<Buffer> {
    if (this.#description === undefined) {
      const { session, result } = await this.#client.open(this.#anonymous);
      this.#description = result;
      // The server may be gone already.
      this.#client.end(session).catch(() => {});
    }
    return this.#description;
  }

  /** The server begins sessions for nobody. */
  isRefused(): Promise<boolean> {
    return this.describe().then(
      () => false,
      (error: Error) => error instanceof Refused,
    );
  }

  /** In the place of the session that `caller` has. */
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

  end(caller: Caller): void {
    const opening = this.#opening.get(caller)?.then(({ session }) => session) ?? Promise.resolve(caller.upstream);
    caller.upstream = undefined;
    this.#opening.delete(caller);
    this.#streams.get(caller)?.close();
    this.#streams.delete(caller);
    // The server may be gone already.
    opening.then((session) => session && this.#client.end(session)).catch(() => {});
  }

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
