import type { Work } from './exchange.ts';

/** Work that begins later, unless it is cancelled before. */
export class DeferredWork implements Work {
  #work: Work | undefined = undefined;
  #cancelled = false;

  begin(start: () => Work | undefined): void {
    if (!this.#cancelled) this.#work = start();
  }

  cancel(reason: string): void {
    this.#cancelled = true;
    this.#work?.cancel(reason);
  }

  pause(): void {
    this.#work?.pause();
  }

  resume(): void {
    this.#work?.resume();
  }
}
