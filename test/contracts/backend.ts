import { describe, expect, it } from 'vitest';
import { type Backend, createBackend, parseBackend } from '../../src/router/backend.ts';
import type { Client } from '../../src/router/client.ts';
import type { Answer, Caller, Exchange, Work } from '../../src/router/exchange.ts';
import { type Message, readMessage } from '../../src/wire/jsonrpc.ts';
import { methodOf, type Refusal } from '../../src/wire/mcp.ts';
import { eraOf } from '../../src/wire/modern.ts';

export interface BackendCase {
  readonly name: string;
  /** What `--backend` says; called before each test that needs a backend. */
  spec(): Promise<{ text: string; close(): Promise<void> }>;
  /** A tool call that succeeds, and the text of its result. */
  readonly tool: { readonly params: object; readonly text: string };
}

/** Records what a backend does with one request. */
export class Recorder implements Exchange {
  readonly caller: Caller;
  readonly request;
  readonly method: number;
  readonly trace = undefined;
  readonly era;
  readonly deadline = Number.POSITIVE_INFINITY;
  readonly notifications: string[] = [];
  /** What ended the exchange; more than one entry is a fault of the backend. */
  readonly finals: { result?: string; error?: string; refusal?: Refusal; text?: string }[] = [];
  readonly done: Promise<void>;
  #resolve: () => void = () => {};

  constructor(caller: Caller, method: string, params: object = {}) {
    this.caller = caller;
    this.request = readMessage(Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })));
    this.method = methodOf(this.request);
    this.era = eraOf(this.request);
    this.done = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  notify(notification: Buffer): void {
    this.notifications.push(notification.toString());
  }

  ask(request: Message): Promise<Answer> {
    return this.caller.ask(request);
  }

  result(value: Buffer): void {
    this.#final({ result: value.toString() });
  }

  error(value: Buffer): void {
    this.#final({ error: value.toString() });
  }

  retried(): void {}

  refuse(refusal: Refusal, text: string): void {
    this.#final({ refusal, text });
  }

  #final(final: (typeof this.finals)[number]): void {
    this.finals.push(final);
    this.#resolve();
  }
}

export const client: Client = {
  protocolVersion: '2025-06-18',
  capabilities: '{"sampling":{}}',
  info: '{"name":"contract","version":"1"}',
};

export const newCaller = (): Caller => ({
  id: 'caller',
  subject: 'anonymous',
  transport: 'websocket',
  client: undefined,
  upstream: undefined,
  listens: false,
  notify: () => {},
  ask: async () => ({ member: 'error', value: Buffer.from('{}') }),
});

export const run = async (backend: Backend, caller: Caller, method: string, params?: object): Promise<Recorder> => {
  const exchange = new Recorder(caller, method, params);
  const work: Work | undefined = backend.request(exchange);
  if (work === undefined) expect(exchange.finals).toHaveLength(1);
  await exchange.done;
  return exchange;
};

/** What every backend does. */
export function backendContract({ name, spec, tool }: BackendCase): void {
  describe(`${name}: any backend`, () => {
    const withBackend = async (use: (backend: Backend, caller: Caller) => Promise<void>): Promise<void> => {
      const { text, close } = await spec();
      const backend = await createBackend(parseBackend(text), { worker: 0, version: '0' });
      const caller = newCaller();
      await use(backend, caller);
      backend.end(caller);
      await backend.close();
      await close();
    };

    it('answers lists, reads and calls with one result each', () =>
      withBackend(async (backend, caller) => {
        for (const [method, member] of [
          ['tools/list', 'tools'],
          ['resources/list', 'resources'],
          ['prompts/list', 'prompts'],
        ]) {
          const { finals } = await run(backend, caller, method);
          expect(JSON.parse(finals[0].result ?? 'null')[member]).not.toHaveLength(0);
        }
        const called = await run(backend, caller, 'tools/call', tool.params);
        expect(called.finals).toHaveLength(1);
        expect(JSON.parse(called.finals[0].result ?? 'null').content).toEqual([{ type: 'text', text: tool.text }]);
      }));

    it('answers what it does not know with -32601', () =>
      withBackend(async (backend, caller) => {
        const { finals } = await run(backend, caller, 'no/such/method');
        expect(JSON.parse(finals[0].error ?? 'null').code).toBe(-32601);
      }));

    it('serves many requests of one caller at once', () =>
      withBackend(async (backend, caller) => {
        const all = await Promise.all(
          Array.from({ length: 50 }, () => run(backend, caller, 'tools/call', tool.params)),
        );
        for (const { finals } of all) expect(finals[0].result).toContain(tool.text);
      }));

    it('says nothing more after cancel', () =>
      withBackend(async (backend, caller) => {
        await backend.open(caller, client);
        const exchange = new Recorder(caller, 'tools/call', tool.params);
        const work = backend.request(exchange);
        work?.cancel('test');
        await run(backend, caller, 'tools/list');
        expect(exchange.finals.length).toBe(work === undefined ? 1 : 0);
      }));

    it('begins a session with the result of initialize, and again', () =>
      withBackend(async (backend, caller) => {
        for (const protocolVersion of ['2025-06-18', '2025-03-26']) {
          const result = JSON.parse((await backend.open(caller, { ...client, protocolVersion })).toString());
          expect(result).toMatchObject({ protocolVersion, serverInfo: { name: expect.any(String) } });
          expect(result.capabilities.tools).toBeDefined();
          expect((await run(backend, caller, 'tools/list')).finals).toHaveLength(1);
        }
      }));

    it('takes notifications, before and after open', () =>
      withBackend(async (backend, caller) => {
        const notification = readMessage(Buffer.from('{"jsonrpc":"2.0","method":"notifications/roots/list_changed"}'));
        backend.notification(caller, notification);
        await backend.open(caller, client);
        backend.notification(caller, notification);
        expect((await run(backend, caller, 'tools/list')).finals).toHaveLength(1);
      }));
  });
}
