import type { ExchangeOwner } from './exchanges.ts';

/**
 * Owners of exchanges that were answered in a batch of reads, told so behind the last of them: first every reply, then
 * every request that follows from one. Each was answered at an instant of its own, from which the next one is planned.
 */
export class Endings {
  readonly #owners: (ExchangeOwner | null)[];
  readonly #instants: Float64Array;
  #count = 0;
  #open = false;

  /** `room`: how many are kept; others are told at once. */
  constructor(room: number) {
    this.#owners = new Array(room).fill(null);
    this.#instants = new Float64Array(room);
  }

  /** The exchange of `owner` was answered at `now`. */
  tell(owner: ExchangeOwner, now: number): void {
    if (!this.#open || this.#count === this.#owners.length) return owner.ended(true, now);
    this.#owners[this.#count] = owner;
    this.#instants[this.#count++] = now;
  }

  /** A batch begins: from now on owners are kept. */
  open(): void {
    this.#open = true;
  }

  /** The batch is over: whoever is kept is told. */
  close(): void {
    this.#open = false;
    const count = this.#count;
    this.#count = 0;
    for (let index = 0; index < count; index++) this.#owners[index]?.ended(true, this.#instants[index]);
  }
}
