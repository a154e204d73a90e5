import type { ExchangeOwner } from './exchanges.ts';

/**
 * Owners of exchanges that ended while reads were taken up, told so behind the last byte: first everything that came, the
 * end of a connection too, then every request that follows from it. Each exchange ended at an instant of its own, from
 * which the next one is planned.
 */
export class Endings {
  #owners: (ExchangeOwner | null)[];
  #instants: Float64Array;
  #ok: Uint8Array;
  #count = 0;
  #open = false;

  /** `room`: how many there usually are at most. */
  constructor(room: number) {
    this.#owners = new Array(room).fill(null);
    this.#instants = new Float64Array(room);
    this.#ok = new Uint8Array(room);
  }

  /** The exchange of `owner` ended at `now`. */
  tell(owner: ExchangeOwner, ok: boolean, now: number): void {
    if (!this.#open) return owner.ended(ok, now);
    if (this.#count === this.#owners.length) this.#grow();
    this.#owners[this.#count] = owner;
    this.#ok[this.#count] = ok ? 1 : 0;
    this.#instants[this.#count++] = now;
  }

  /** Something is taken up: from now on owners are kept. */
  open(): void {
    this.#open = true;
  }

  /** All was taken up: whoever is kept is told, and kept no longer. */
  close(): void {
    this.#open = false;
    const count = this.#count;
    this.#count = 0;
    this.#tellFrom(0, count);
  }

  #tellFrom(first: number, count: number): void {
    let next = first;
    try {
      while (next < count) {
        const index = next++;
        const owner = this.#owners[index];
        this.#owners[index] = null;
        owner?.ended(this.#ok[index] === 1, this.#instants[index]);
      }
    } finally {
      // One of them threw: the others are told all the same.
      if (next < count) this.#tellFrom(next, count);
    }
  }

  #grow(): void {
    const room = 2 * this.#count;
    this.#owners = this.#owners.concat(new Array(room - this.#count).fill(null));
    const instants = new Float64Array(room);
    instants.set(this.#instants);
    this.#instants = instants;
    const ok = new Uint8Array(room);
    ok.set(this.#ok);
    this.#ok = ok;
  }
}
