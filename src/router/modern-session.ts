import { errorObject, type Message, RpcCode, readMessage } from '../wire/jsonrpc.ts';
import { methodIndex, methodName } from '../wire/mcp.ts';
import { MetaKey, modernVersion } from '../wire/modern.ts';
import type { Client } from './client.ts';
import type { Answer, Caller, Exchange, Work } from './exchange.ts';
import type { Pass, Sender } from './legacy-to-modern.ts';

/** Before a subscription that ended is begun again, in ms: doubled each time that nothing came. */
const firstPause = 1_000;
const longestPause = 30_000;

/** What a legacy session with a modern server consists of: the server keeps nothing. */
export class ModernSession implements Sender {
  logLevel: string | undefined = undefined;
  readonly #caller: Caller;
  readonly #anonymous: Client;
  readonly #pass: Pass;
  /** Of the resources the client has subscribed to. */
  readonly #uris = new Set<string>();
  #subscription: Work | undefined = undefined;
  #listens = false;
  #pause = firstPause;
  #again: NodeJS.Timeout | undefined;

  /** `anonymous`: who a client is that has not said it. `pass`: sends a request to the server. */
  constructor(caller: Caller, anonymous: Client, pass: Pass) {
    this.#caller = caller;
    this.#anonymous = anonymous;
    this.#pass = pass;
  }

  get protocolVersion(): string {
    return modernVersion;
  }

  get capabilities(): string {
    return (this.#caller.client ?? this.#anonymous).capabilities;
  }

  get info(): string {
    return (this.#caller.client ?? this.#anonymous).info;
  }

  /** The client has a stream to be told of changes on. */
  listen(): void {
    if (this.#listens) return;
    this.#listens = true;
    this.#subscribe();
  }

  subscribe(uri: string): void {
    if (!this.#uris.has(uri)) this.#change(() => this.#uris.add(uri));
  }

  unsubscribe(uri: string): void {
    if (this.#uris.has(uri)) this.#change(() => this.#uris.delete(uri));
  }

  end(): void {
    clearTimeout(this.#again);
    this.#subscription?.cancel('session ended');
    this.#subscription = undefined;
  }

  #change(change: () => void): void {
    change();
    this.#subscribe();
  }

  /** The new one first: nothing is missed in between. */
  #subscribe(): void {
    clearTimeout(this.#again);
    const before = this.#subscription;
    const notifications = {
      ...(this.#listens && { toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true }),
      ...(this.#uris.size > 0 && { resourceSubscriptions: [...this.#uris] }),
    };
    const wanted = Object.keys(notifications).length > 0;
    this.#subscription = wanted
      ? this.#pass(new Subscription(this.#caller, this.#request(notifications), this))
      : undefined;
    before?.cancel('replaced');
  }

  #request(notifications: object): Message {
    const { protocolVersion, capabilities, info } = this;
    const _meta = {
      [MetaKey.protocolVersion]: protocolVersion,
      [MetaKey.clientInfo]: JSON.parse(info),
      [MetaKey.clientCapabilities]: JSON.parse(capabilities),
    };
    const request = { jsonrpc: '2.0', id: 0, method: 'subscriptions/listen', params: { notifications, _meta } };
    return readMessage(Buffer.from(JSON.stringify(request)));
  }

  /** Something has come over the subscription. */
  heard(notification: Buffer): void {
    this.#pause = firstPause;
    if (methodName(readMessage(notification)) !== 'notifications/subscriptions/acknowledged')
      this.#caller.notify(notification);
  }

  /** The server is gone, or has ended the subscription. */
  lost(): void {
    this.#subscription = undefined;
    this.#again = setTimeout(() => this.#subscribe(), this.#pause);
    this.#pause = Math.min(2 * this.#pause, longestPause);
  }
}

/** `subscriptions/listen` for a client that does not know it. */
class Subscription implements Exchange {
  readonly caller: Caller;
  readonly request: Message;
  readonly method = methodIndex['subscriptions/listen'];
  readonly era = 'modern';
  readonly trace = undefined;
  readonly deadline = Number.POSITIVE_INFINITY;
  readonly #session: ModernSession;

  constructor(caller: Caller, request: Message, session: ModernSession) {
    this.caller = caller;
    this.request = request;
    this.#session = session;
  }

  notify(notification: Buffer): void {
    this.#session.heard(notification);
  }

  async ask(): Promise<Answer> {
    return { member: 'error', value: errorObject(RpcCode.unknownMethod, 'Method not found') };
  }

  result(): void {
    this.#session.lost();
  }

  /** The server has no subscriptions. */
  error(): void {}

  retried(): void {}

  refuse(): void {
    this.#session.lost();
  }
}
