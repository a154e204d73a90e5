import type { Backend, BackendContext } from '../backend.ts';
import { Catalog } from '../catalog.ts';
import type { Client } from '../client.ts';
import type { Caller, Exchange } from '../exchange.ts';

/** Answers at once: what the gateway itself costs. */
export class EchoBackend implements Backend {
  readonly kind = 'echo';
  readonly #catalog: Catalog;

  constructor({ version }: BackendContext) {
    this.#catalog = new Catalog({ tools: 1, size: 0, version });
  }

  request(exchange: Exchange): undefined {
    const result = this.#catalog.resultOf(exchange);
    if (result !== undefined) exchange.result(result);
  }

  notification(): void {}

  async open(_: Caller, client: Client): Promise<Buffer> {
    return this.#catalog.initialized(client);
  }

  async toolSchema(_: Caller, tool: string): Promise<unknown> {
    return this.#catalog.toolSchema(tool);
  }

  listen(): void {}

  end(): void {}

  async close(): Promise<void> {}
}
