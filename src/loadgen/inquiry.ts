import type { ScenarioPlan } from '../scenario/plan.ts';
import { now } from './clock.ts';
import { answerServerRequest } from './correlation.ts';
import { parseObject } from './json.ts';
import { streamsFor } from './stream.ts';
import {
  type Connection,
  type ConnectionHandler,
  type Loss,
  type OpenFailure,
  transports,
  withLastWords,
} from './transport.ts';
import { Unreachable } from './unreachable.ts';

/** What came in answer to a question. `status` is HTTP's; 200 on every other transport. */
export interface Answer {
  readonly status: number;
  /** The JSON-RPC reply, empty where none came. */
  readonly text: string;
}

/**
 * One client that asks questions outside the load, one at a time, over the same transports as the load. What goes wrong
 * rejects with Unreachable, also at the deadline: ms of this thread's clock.
 */
export class Inquiry implements ConnectionHandler {
  readonly #connection: Connection;
  readonly #deadline: number;
  readonly #limit: number;
  #asked: PromiseWithResolvers<Answer> | undefined;
  #doing = 'opening';
  #unsent: string | undefined;
  #id = 0;

  private constructor(scenario: ScenarioPlan, opened: PromiseWithResolvers<Answer>) {
    this.#limit = scenario.connectTimeout;
    this.#deadline = now() + this.#limit;
    this.#asked = opened;
    const transport = transports[scenario.target.transport](scenario, [], streamsFor(scenario));
    this.#connection = transport.open(this, scenario.localAddresses[0]);
  }

  /** Connects. The scenario's time-out of connecting covers everything that is asked, too. */
  static async open(scenario: ScenarioPlan): Promise<Inquiry> {
    const opened = Promise.withResolvers<Answer>();
    const inquiry = new Inquiry(scenario, opened);
    await inquiry.#inTime(opened);
    return inquiry;
  }

  async ask(method: string, params: object): Promise<Answer> {
    const asked = Promise.withResolvers<Answer>();
    this.#asked = asked;
    this.#doing = method;
    this.#unsent = JSON.stringify({ jsonrpc: '2.0', id: ++this.#id, method, params });
    this.writable();
    return this.#inTime(asked);
  }

  /** The legacy handshake is over: tells the target, and the connection what later requests carry. */
  initialized(protocolVersion: string): void {
    this.#connection.initialized(protocolVersion);
    this.#connection.notify('{"jsonrpc":"2.0","method":"notifications/initialized"}');
  }

  close(): void {
    this.#connection.close('delete');
  }

  connected(): void {
    this.#asked?.resolve({ status: 200, text: '' });
  }

  refused(failure: OpenFailure): void {
    this.#asked?.reject(new Unreachable(withLastWords(failure, this.#connection)));
  }

  /** What has no id at all is an answer, too: to a question nobody else asked. */
  message(slot: number, bytes: Buffer, start: number, end: number): void {
    const text = bytes.toString('utf8', start, end);
    const message = parseObject(text);
    if (message && 'method' in message) this.#told('id' in message ? answerServerRequest(text) : undefined);
    else if ((message?.id ?? this.#id) === this.#id) this.#asked?.resolve({ status: 200, text });
    else if (slot >= 0) this.lost('protocol');
  }

  replyBegan(): void {}

  httpStatus(_slot: number, status: number): void {
    this.#asked?.resolve({ status, text: '' });
  }

  exchangeLost(_slot: number, loss: Loss): void {
    this.lost(loss);
  }

  writable(): void {
    if (this.#unsent === undefined) return;
    if (this.#connection.ask(0, this.#unsent)) this.#unsent = undefined;
    else this.#connection.want(1);
  }

  lost(loss: Loss): void {
    this.refused(
      loss === 'lost'
        ? { reason: 'closed', message: `the connection was lost during ${this.#doing}` }
        : { reason: 'handshake', message: `the answer to ${this.#doing} is not a JSON-RPC reply` },
    );
  }

  transferred(): void {}

  #told(answer: string | undefined): void {
    if (answer !== undefined) this.#connection.notify(answer);
  }

  async #inTime({ promise, reject }: PromiseWithResolvers<Answer>): Promise<Answer> {
    const timer = setTimeout(() => {
      const message = `no answer within ${this.#limit} ms while ${this.#doing}`;
      reject(new Unreachable(withLastWords({ reason: 'timeout', message }, this.#connection)));
      this.#connection.close('kill');
    }, this.#deadline - now());
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  }
}
