import type { Backend } from '../../src/router/backend.ts';
import { EchoBackend } from '../../src/router/backends/echo.ts';
import type { Client } from '../../src/router/client.ts';
import type { Caller, Exchange } from '../../src/router/exchange.ts';
import type { Message } from '../../src/wire/jsonrpc.ts';
import { methodName } from '../../src/wire/mcp.ts';

/** Answers like the echo backend, and knows the method of everything that has reached it. */
export class SeenBackend extends EchoBackend implements Backend {
  readonly seen: string[] = [];

  constructor() {
    super({ worker: 0, version: '0' });
  }

  override request(exchange: Exchange): undefined {
    this.seen.push(methodName(exchange.request));
    super.request(exchange);
  }

  override notification(_?: Caller, notification?: Message): void {
    if (notification !== undefined) this.seen.push(methodName(notification));
  }

  override open(caller: Caller, client: Client): Promise<Buffer> {
    this.seen.push('initialize');
    return super.open(caller, client);
  }
}
