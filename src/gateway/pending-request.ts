import type { Answer, Exchange, TraceContext, Work } from '../router/exchange.ts';
import type { Message } from '../wire/jsonrpc.ts';
import { type Era, type MethodIndex, methodIndex, methodOf, type Refusal } from '../wire/mcp.ts';
import { eraOf } from '../wire/modern.ts';
import { type Channel, sendMessage, sendReply } from './frontend.ts';
import type { ErrorReason } from './metrics/reasons.ts';
import type { PendingList } from './pending-list.ts';
import type { Session } from './session.ts';

/** A request that has no final reply yet, in two lists, oldest first: its session's and its worker's. */
export class PendingRequest implements Exchange {
  readonly caller: Session;
  readonly request: Message;
  readonly method: MethodIndex;
  readonly era: Era;
  /** In the metrics by method. */
  readonly series: number;
  readonly channel: Channel;
  /** In this worker. */
  readonly number: number;
  readonly trace: TraceContext | undefined;
  readonly started: number;
  readonly deadline: number;
  /** It goes on until one side ends it. */
  readonly isSubscription: boolean;
  /** Servers may have asked the client because of it. */
  hasAsked = false;
  /** In the session. */
  older: PendingRequest | undefined = undefined;
  newer: PendingRequest | undefined = undefined;
  /** In the worker. */
  before: PendingRequest | undefined = undefined;
  after: PendingRequest | undefined = undefined;
  /** What the backend does for it, when it did not answer at once. */
  work: Work | undefined = undefined;
  #over = false;
  #isRetried = false;

  /** `now`: `performance.now()`. */
  constructor(caller: Session, request: Message, channel: Channel, now: number) {
    this.caller = caller;
    this.request = request;
    this.method = methodOf(request);
    this.era = eraOf(request);
    this.series = caller.seriesOf(this.era, this.method);
    this.channel = channel;
    this.number = ++caller.plane.lastRequest;
    this.trace = channel.trace;
    this.started = now;
    this.isSubscription = this.method === methodIndex['subscriptions/listen'] && this.era === 'modern';
    this.deadline = this.isSubscription ? Number.POSITIVE_INFINITY : now + caller.plane.limits.requestMillis;
  }

  /** Where its worker keeps it. */
  get list(): PendingList {
    const { plane } = this.caller;
    return this.isSubscription ? plane.subscriptions : plane.pending;
  }

  notify(notification: Buffer): void {
    if (!this.#over) sendMessage(this.channel, notification);
  }

  ask(request: Message): Promise<Answer> {
    return this.caller.ask(request, this);
  }

  result(value: Buffer): void {
    if (value.length > this.channel.maxReply) this.refuse('backend', 'The result is too large for this transport');
    else this.#finish('result', value);
  }

  error(value: Buffer): void {
    this.#fail('backend_error', value);
  }

  retried(): void {
    this.#isRetried = true;
  }

  refuse(refusal: Refusal, text: string): void {
    this.#fail(refusal, this.channel.refusal(refusal, text));
  }

  /** Answers 5040 and stops the work. */
  expire(): void {
    this.refuse('timeout', 'The backend did not answer in time');
    this.work?.cancel('deadline passed');
  }

  /** Refuses it though work for it has begun. */
  drop(text: string): void {
    this.refuse('overloaded', text);
    this.work?.cancel(text);
  }

  /** Ends without a reply: the client cancelled or is gone. */
  abandon(reason: string): void {
    this.#over = true;
    this.caller.plane.requestLog?.ended(this, 'abandoned');
    this.caller.settled(this);
    this.work?.cancel(reason);
    this.channel.abandon();
  }

  #fail(reason: ErrorReason, value: Buffer): void {
    this.#finish('error', value, reason);
  }

  #finish(member: 'result' | 'error', value: Buffer, reason?: ErrorReason): void {
    const { plane, transport } = this.caller;
    if (this.#over) {
      plane.counters.late();
      plane.requestLog?.late(this);
      return;
    }
    const answered = performance.now();
    this.#over = true;
    sendReply(this.channel, this.request, member, value);
    // How long a subscription went on is not a time it took.
    const millis = this.isSubscription ? 0 : performance.now() - this.started;
    if (reason === undefined) plane.counters.answered(this.series, millis, Math.min(millis, answered - this.started));
    else plane.counters.failed(transport, this.series, reason, millis, Math.min(millis, answered - this.started));
    if (this.#isRetried) plane.counters.recovered(reason === undefined);
    plane.requestLog?.ended(this, reason ?? 'success');
    this.caller.settled(this);
  }
}
