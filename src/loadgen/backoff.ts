const firstMillis = 100;
const longestMillis = 1000;

/** Keeps a client from hammering a target that refuses it: 0.1 s after the first failure in a row, up to 1 s. */
export class Backoff {
  /** No attempt before this instant. */
  until = 0;
  #failures = 0;

  failed(now: number): void {
    this.until = now + Math.min(longestMillis, firstMillis * 2 ** this.#failures);
    this.#failures++;
  }

  succeeded(): void {
    this.#failures = 0;
    this.until = 0;
  }
}
