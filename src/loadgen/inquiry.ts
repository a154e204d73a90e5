import type { ScenarioPlan } from '../scenario/plan.ts';
import type { Era } from '../wire/mcp.ts';
import { now } from './clock.ts';
import { answerServerRequest } from './correlation.ts';
import { statusDuring } from './initialize.ts';
import { parseObject } from './json.ts';
import type { RequestBody } from './request.ts';
import { modernRequest } from './requests.ts';
import { type StreamObserver, streamsFor, type TlsInfo } from './stream.ts';
import {
  type CloseKind,
  type Connection,
  type ConnectionHandler,
  type Loss,
  type OpenFailure,
  type Transport,
  transports,
  withLastWords,
} from './transport.ts';
import { connectFailure, connectTimeout } from './transports/failure.ts';
import { Unreachable } from './unreachable.ts';

/** What came in answer to a question. `status` is HTTP's; 200 on every other transport. */
export interface Answer {
  readonly status: number;
  /** The JSON-RPC reply, or another body; empty where there is none. */
  readonly text: string;
}

/**
 * One client that asks questions outside the load, one at a time, over the same transports as the load. What goes wrong
 * rejects with Unreachable.
 */
export class Inquiry implements ConnectionHandler {
  readonly #transport: Transport;
  readonly #localAddress: string | undefined;
  readonly #connectTimeout: number;
  /** The scenario's time-out of connecting covers everything that is asked, too. */
  readonly #deadline: number;
  #connection: Connection | undefined;
  #asked = Promise.withResolvers<Answer>();
  #doing = 'opening';
  #unsent: RequestBody | undefined;
  #id = 0;
  /** What was agreed, over TLS. */
  tls: TlsInfo | undefined;
  #error: NodeJS.ErrnoException | undefined;
  readonly #observer: StreamObserver = {
    connected: () => undefined,
    secured: (_took, info) => {
      this.tls = info;
    },
    broken: (error) => {
      this.#error = error;
    },
  };

  private constructor(scenario: ScenarioPlan) {
    this.#connectTimeout = scenario.connectTimeout;
    this.#deadline = now() + scenario.connectTimeout;
    this.#localAddress = scenario.localAddresses[0];
    this.#transport = transports[scenario.target.transport](scenario, [], streamsFor(scenario, this.#observer));
  }

  static async open(scenario: ScenarioPlan): Promise<Inquiry> {
    const inquiry = new Inquiry(scenario);
    await inquiry.reopen();
    return inquiry;
  }

  /** Connects, in place of a connection that was lost. */
  async reopen(): Promise<void> {
    await this.#inTime('opening', this.#connectTimeout, () => {
      this.#connection = this.#transport.open(this, this.#localAddress);
    });
  }

  /** Answered within `limit` ms, and in any case before the time-out of connecting is over. */
  ask(method: string, params: object, era: Era, limit = this.#connectTimeout): Promise<Answer> {
    const body = JSON.stringify({ jsonrpc: '2.0', id: ++this.#id, method, params });
    return this.#inTime(method, limit, () => {
      this.#unsent = era === 'modern' ? modernRequest({ method, body, idOffset: 0 }) : { body, idOffset: 0 };
      this.writable();
    });
  }

  /** The legacy handshake is over: tells the target, and the connection what later requests carry. */
  initialized(protocolVersion: string): void {
    this.#connection?.initialized(protocolVersion);
    this.#connection?.notify('{"jsonrpc":"2.0","method":"notifications/initialized"}');
  }

  close(how: CloseKind): void {
    this.#connection?.close(how);
  }

  connected(): void {
    this.#asked.resolve({ status: 200, text: '' });
  }

  refused(failure: OpenFailure): void {
    this.#asked.reject(new Unreachable(withLastWords(failure, this.#connection)));
  }

  attemptFailed(): void {}

  idleEnded(): void {}

  /** What has no id at all is an answer, too: to a question nobody else asked. */
  message(slot: number, bytes: Buffer, start: number, end: number): void {
    const text = bytes.toString('utf8', start, end);
    const message = parseObject(text);
    if (message && 'method' in message) this.#told('id' in message ? answerServerRequest(text, 'legacy') : undefined);
    else if ((message?.id ?? this.#id) === this.#id) this.#asked.resolve({ status: 200, text });
    else if (slot >= 0) this.lost('protocol');
  }

  replyBegan(): void {}

  slotOf(): number {
    return -1;
  }

  /** Who redirects answers nothing. */
  httpStatus(_slot: number, status: number, bytes: Buffer, start: number, end: number): void {
    if (status >= 300 && status < 400) return this.refused(statusDuring(this.#doing, status));
    this.#asked.resolve({ status, text: bytes.toString('utf8', start, end) });
  }

  exchangeLost(_slot: number, loss: Loss): void {
    this.lost(loss);
  }

  writable(): void {
    if (this.#unsent === undefined) return;
    if (this.#connection?.ask(0, this.#unsent)) this.#unsent = undefined;
    else this.#connection?.want(1);
  }

  lost(loss: Loss): void {
    this.refused(
      loss === 'protocol'
        ? { reason: 'handshake', message: `the answer to ${this.#doing} is not a JSON-RPC reply` }
        : connectFailure(this.#error, this.#doing),
    );
  }

  grew(): void {}

  transferred(): void {}

  #told(answer: string | undefined): void {
    if (answer !== undefined) this.#connection?.notify(answer);
  }

  async #inTime(doing: string, limit: number, begin: () => void): Promise<Answer> {
    const asked = Promise.withResolvers<Answer>();
    this.#asked = asked;
    this.#doing = doing;
    const timer = setTimeout(
      () => {
        const failure = connectTimeout(this.#connectTimeout, doing);
        asked.reject(new Unreachable(withLastWords(failure, this.#connection)));
      },
      Math.min(limit, this.#deadline - now()),
    );
    try {
      begin();
      return await asked.promise;
    } finally {
      clearTimeout(timer);
    }
  }
}
