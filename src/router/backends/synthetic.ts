import { errorObject, RpcCode } from '../../wire/jsonrpc.ts';
import type { Backend, BackendContext } from '../backend.ts';
import { Catalog } from '../catalog.ts';
import type { Client } from '../client.ts';
import type { Caller, Exchange, Work } from '../exchange.ts';
import { draw, seededRandom } from '../random.ts';
import type { SyntheticOptions } from '../synthetic-options.ts';

const injected = errorObject(RpcCode.internal, 'Injected error');

/**
 * Answers like the echo backend after a seeded delay (whole milliseconds, as the event loop's timers are), with injected
 * errors, stalls and processor work. Each result carries the time it took here, in µs, as `_meta["mcpb/serviceTimeUs"]`.
 */
export class SyntheticBackend implements Backend {
  readonly kind = 'synthetic';
  readonly #options: SyntheticOptions;
  readonly #catalog: Catalog;
  readonly #random: () => number;

  /** Workers draw from different sequences of the same seed. */
  constructor(options: SyntheticOptions, { worker, version }: BackendContext) {
    this.#options = options;
    this.#catalog = new Catalog({ ...options, version });
    this.#random = seededRandom(options.seed + worker);
  }

  request(exchange: Exchange): Work | undefined {
    const started = performance.now();
    const delay = this.#delay() + this.#stallLeft(started);
    const fails = this.#options.errors > 0 && this.#random() < this.#options.errors;
    if (delay > 0) return new DelayedAnswer(this, exchange, started, fails, delay);
    this.answer(exchange, started, fails);
    return undefined;
  }

  answer(exchange: Exchange, started: number, fails: boolean): void {
    this.#burn();
    if (fails) return exchange.error(injected);
    const result = this.#catalog.resultOf(exchange);
    if (result !== undefined) exchange.result(stamped(result, performance.now() - started));
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

  #delay(): number {
    const { distribution, delay, jitter } = this.#options;
    return delay === 0 && jitter === 0 ? 0 : draw(distribution, delay, jitter, this.#random);
  }

  /** ms until the stall that `now` falls into is over. */
  #stallLeft(now: number): number {
    const { stall } = this.#options;
    return stall === undefined ? 0 : Math.max(0, stall.length - (now % stall.every));
  }

  #burn(): void {
    if (this.#options.work === 0) return;
    const until = performance.now() + this.#options.work;
    while (performance.now() < until);
  }
}

class DelayedAnswer implements Work {
  readonly #timer: NodeJS.Timeout;

  constructor(backend: SyntheticBackend, exchange: Exchange, started: number, fails: boolean, delay: number) {
    this.#timer = setTimeout(() => backend.answer(exchange, started, fails), delay);
  }

  cancel(): void {
    clearTimeout(this.#timer);
  }

  pause(): void {}

  resume(): void {}
}

/** `result`, an object, with the service time as its first member. */
function stamped(result: Buffer, millis: number): Buffer {
  const meta = `{"_meta":{"mcpb/serviceTimeUs":${Math.round(millis * 1000)}}`;
  const rest = result.length === 2 ? '' : ',';
  return Buffer.concat([Buffer.from(meta + rest), result.subarray(1)]);
}
