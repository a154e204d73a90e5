/** Link of the last in a line, and of an exchange that stands in none. */
const none = -1;
const outside = -2;

/** By slot: who stands behind and before an exchange that waits. One pair for all lines of a worker. */
export interface LineLinks {
  readonly behind: Int32Array;
  readonly before: Int32Array;
}

export function lineLinks(capacity: number): LineLinks {
  return { behind: new Int32Array(capacity).fill(outside), before: new Int32Array(capacity) };
}

/**
 * Exchanges that cannot be sent yet, in order of submission. Each stands in one line at most. Joining, being sent and
 * leaving from the midst cost the same however many wait, and allocate nothing.
 */
export class WaitingLine {
  readonly #links: LineLinks;
  /** −1 where nobody waits. */
  #first = none;
  #last = none;
  #length = 0;

  constructor(links: LineLinks) {
    this.#links = links;
  }

  get length(): number {
    return this.#length;
  }

  get first(): number {
    return this.#first;
  }

  join(slot: number): void {
    const { behind, before } = this.#links;
    behind[slot] = none;
    before[slot] = this.#last;
    if (this.#last === none) this.#first = slot;
    else behind[this.#last] = slot;
    this.#last = slot;
    this.#length++;
  }

  /** Takes out an exchange that stands in this line or in none. */
  leave(slot: number): void {
    const { behind, before } = this.#links;
    const [after, ahead] = [behind[slot], before[slot]];
    if (after === outside) return;
    if (ahead === none) this.#first = after;
    else behind[ahead] = after;
    if (after === none) this.#last = ahead;
    else before[after] = ahead;
    behind[slot] = outside;
    this.#length--;
  }

  /** All of them, and nobody waits any more. */
  takeAll(): number[] {
    const slots: number[] = [];
    for (let slot = this.#first; slot !== none; slot = this.#first) {
      slots.push(slot);
      this.leave(slot);
    }
    return slots;
  }
}
