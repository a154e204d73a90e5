import type { Message } from '../wire/jsonrpc.ts';
import type { Era, MethodIndex, Refusal } from '../wire/mcp.ts';
import type { Answer, Caller, Exchange, TraceContext } from './exchange.ts';

/** An exchange that stands for another one; subclasses translate what goes through it. */
export abstract class ForwardedExchange implements Exchange {
  abstract readonly era: Era;
  readonly request: Message;
  readonly method: MethodIndex;
  protected readonly client: Exchange;

  /** `request`: what is sent for that of `client`. */
  constructor(client: Exchange, request: Message) {
    this.client = client;
    this.request = request;
    this.method = client.method;
  }

  get caller(): Caller {
    return this.client.caller;
  }

  get trace(): TraceContext | undefined {
    return this.client.trace;
  }

  get deadline(): number {
    return this.client.deadline;
  }

  notify(notification: Buffer): void {
    this.client.notify(notification);
  }

  ask(request: Message): Promise<Answer> {
    return this.client.ask(request);
  }

  result(value: Buffer): void {
    this.client.result(value);
  }

  error(value: Buffer): void {
    this.client.error(value);
  }

  retried(): void {
    this.client.retried();
  }

  refuse(refusal: Refusal, text: string): void {
    this.client.refuse(refusal, text);
  }
}
