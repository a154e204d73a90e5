import { Agent, request } from 'undici';
import type { ScenarioPlan } from '../../scenario/plan.ts';
import { hostField } from '../../wire/http1.ts';
import { EventKind, SseDecoder } from '../../wire/sse.ts';
import { initializeRequest, readInitializeResult, refusedInitialize, statusDuringInitialize } from '../initialize.ts';
import type { Fields } from '../request.ts';
import { serverNameOf } from '../streams/tls.ts';
import { connectFailure } from '../transports/failure.ts';
import { commonFields, postFields, sessionFields } from '../transports/http-fields.ts';
import { Unreachable } from '../unreachable.ts';

/** Connections on which sessions are opened and ended side by side. */
const connections = 50;

/** Legacy sessions over HTTP that stand beside a load: opened before it, ended after it. */
export class HttpSessions {
  readonly #scenario: ScenarioPlan;
  readonly #agent: Agent;
  /** What the requests of each session carry. */
  readonly opened: Fields[] = [];

  constructor(scenario: ScenarioPlan) {
    this.#scenario = scenario;
    const { target, tls, connectTimeout } = scenario;
    const { ca, cert, key, insecure = false } = tls ?? {};
    const servername = serverNameOf(scenario);
    this.#agent = new Agent({
      connections,
      headersTimeout: connectTimeout,
      bodyTimeout: connectTimeout,
      connect: {
        timeout: connectTimeout,
        ...(target.secure && { rejectUnauthorized: !insecure, ca, cert, key, ...(servername && { servername }) }),
      },
    });
  }

  /** Rejects with Unreachable. */
  async open(count: number): Promise<void> {
    await Promise.all(Array.from({ length: count }, () => this.#open()));
  }

  /** A target that does not take the end of a session is left with it. */
  async end(): Promise<void> {
    const ends = this.opened.map((session) => this.#request('DELETE', commonFields(this.#scenario, session)));
    await Promise.allSettled(ends);
    await this.#agent.destroy();
  }

  async #open(): Promise<void> {
    const { status, sessionId, text } = await this.#post(initializeRequest.body);
    if (status !== 200) throw new Unreachable(statusDuringInitialize(status));
    const answer = readInitializeResult(text);
    if (answer === undefined) throw new Unreachable(refusedInitialize(text));
    const session = sessionFields(sessionId, answer.protocolVersion);
    this.opened.push(session);
    await this.#post('{"jsonrpc":"2.0","method":"notifications/initialized"}', session);
  }

  #post(body: string, session: Fields = []) {
    return this.#request('POST', postFields(this.#scenario, session), body);
  }

  async #request(method: 'POST' | 'DELETE', fields: Fields, body?: string) {
    try {
      const headers = { Host: hostField(this.#scenario.target), ...Object.fromEntries(fields) };
      const options = { method, headers, dispatcher: this.#agent, ...(body !== undefined && { body }) };
      const response = await request(targetUrl(this.#scenario), options);
      const { 'mcp-session-id': sessionId, 'content-type': type } = response.headers;
      const text = await response.body.text();
      return {
        status: response.statusCode,
        sessionId: sessionId?.toString(),
        text: String(type).startsWith('text/event-stream') ? lastMessage(text) : text,
      };
    } catch (error) {
      throw new Unreachable(connectFailure(error as NodeJS.ErrnoException, 'the opening of a session'));
    }
  }
}

/** With the address the run has settled on. */
export function targetUrl({ target }: ScenarioPlan): string {
  const { secure, path, port, host, address = host } = target;
  return `${secure ? 'https' : 'http'}://${hostField({ host: address, port })}${path}`;
}

/** An event stream ends with the reply it was opened for. */
function lastMessage(stream: string): string {
  let last = '';
  const decoder = new SseDecoder({
    event: (kind, bytes, start, end) => {
      if (kind === EventKind.message) last = bytes.toString('utf8', start, end);
    },
  });
  const bytes = Buffer.from(stream);
  decoder.push(bytes, 0, bytes.length, 0);
  return last;
}
