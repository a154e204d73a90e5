/** Called when its time has come. */
export interface TimerTarget {
  fire(now: number): void;
}

/**
 * Think times, holds and time-outs of one worker: a binary heap, so that thousands of waiting users cost one timer of
 * the event loop.
 */
export class TimerQueue {
  readonly #at: number[] = [];
  readonly #targets: TimerTarget[] = [];
  readonly #sooner: (at: number) => void;

  /** `sooner` is told when a timer was added that is due before all others. */
  constructor(sooner: (at: number) => void) {
    this.#sooner = sooner;
  }

  /** When the next timer is due, Infinity when there is none. */
  get next(): number {
    return this.#at.length === 0 ? Number.POSITIVE_INFINITY : this.#at[0];
  }

  add(at: number, target: TimerTarget): void {
    let child = this.#at.push(at) - 1;
    this.#targets.push(target);
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (this.#at[parent] <= at) break;
      this.#swap(child, parent);
      child = parent;
    }
    if (child === 0) this.#sooner(at);
  }

  /** Fires everything due; what is added meanwhile waits for the next call. */
  run(now: number): void {
    const due: TimerTarget[] = [];
    while (this.next <= now) due.push(this.#pop());
    for (const target of due) target.fire(now);
  }

  #pop(): TimerTarget {
    const target = this.#targets[0];
    const lastAt = this.#at.pop()!;
    const lastTarget = this.#targets.pop()!;
    if (this.#at.length > 0) {
      this.#at[0] = lastAt;
      this.#targets[0] = lastTarget;
      this.#sink();
    }
    return target;
  }

  #sink(): void {
    const count = this.#at.length;
    for (let parent = 0; ; ) {
      const left = 2 * parent + 1;
      if (left >= count) return;
      const child = left + 1 < count && this.#at[left + 1] < this.#at[left] ? left + 1 : left;
      if (this.#at[parent] <= this.#at[child]) return;
      this.#swap(parent, child);
      parent = child;
    }
  }

  #swap(a: number, b: number): void {
    [this.#at[a], this.#at[b]] = [this.#at[b], this.#at[a]];
    [this.#targets[a], this.#targets[b]] = [this.#targets[b], this.#targets[a]];
  }
}
