/** Something that has to be looked at when a time comes. */
export interface Due {
  /** Returns when to look again, in the clock of `now`; Infinity: never. */
  due(now: number): number;
}

/** How exactly times are kept, in ms. */
const tickMillis = 100;
/** Everything is looked at so often at least, ms: what is over is not kept long. */
const longestMillis = 10_000;

/** Finds what is due without looking at what is not: everything waits in the slot of its time. */
export class DueList {
  readonly #slots = new Map<number, Due[]>();
  #now: number;

  constructor(now: number) {
    this.#now = now;
  }

  /** Looks at `item` at the time `at`, or before. */
  add(item: Due, at: number): void {
    if (at === Number.POSITIVE_INFINITY) return;
    const time = Math.min(Math.max(at, this.#now), this.#now + longestMillis);
    const slot = Math.floor(time / tickMillis) + 1;
    const waiting = this.#slots.get(slot);
    if (waiting === undefined) this.#slots.set(slot, [item]);
    else waiting.push(item);
  }

  /** Looks at everything whose time has come. */
  sweep(now: number): void {
    const from = Math.floor(this.#now / tickMillis);
    this.#now = now;
    for (let slot = from; slot <= now / tickMillis; slot++) {
      const waiting = this.#slots.get(slot);
      this.#slots.delete(slot);
      for (const item of waiting ?? []) this.add(item, item.due(now));
    }
  }
}
