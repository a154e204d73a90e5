import type { Backend } from '../../src/router/backend.ts';
import { EchoBackend } from '../../src/router/backends/echo.ts';
import type { Exchange, Work } from '../../src/router/exchange.ts';

/** Keeps requests until the test answers them. */
export class HeldBackend implements Backend {
  readonly kind = 'echo';
  readonly held: Exchange[] = [];
  readonly cancelled: Exchange[] = [];
  readonly #echo = new EchoBackend({ worker: 0, version: '0' });
  notification = (): void => {};
  listen = (): void => {};
  end = (): void => {};
  open = this.#echo.open.bind(this.#echo);
  toolSchema = this.#echo.toolSchema.bind(this.#echo);
  close = this.#echo.close.bind(this.#echo);

  request(exchange: Exchange): Work {
    this.held.push(exchange);
    return { cancel: () => void this.cancelled.push(exchange), pause: () => {}, resume: () => {} };
  }
}
