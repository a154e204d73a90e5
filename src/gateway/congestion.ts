import type { Writable } from 'node:stream';
import type { Limits } from './config.ts';

/** A client as those see it who send to it. */
export interface Recipient {
  /** Where bytes wait that it has not taken. */
  readonly outlet: Writable;
  /** More than `unsentPause` bytes wait: no more is to be read from it and done for it. */
  congested(): void;
  /** It has caught up. */
  drained(): void;
  /** Too much waits, or for too long. */
  cut(): void;
}

/** The clients of one worker that take things more slowly than they get them. */
export class Congestion {
  readonly #limits: Limits;
  /** When bytes began to pile up, `performance.now()`. */
  readonly #since = new Map<Recipient, number>();

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#since.size;
  }

  /** How long the one has been slow that has been for longest. */
  oldestMillis(now: number): number | undefined {
    const [first] = this.#since.values();
    return first === undefined ? undefined : now - first;
  }

  /** A write of `length` bytes did not go out whole. One message may be larger than what may wait. */
  wrote(recipient: Recipient, length: number): void {
    const { outlet } = recipient;
    const unsent = outlet.writableLength;
    if (unsent - length > this.#limits.unsentCut) return recipient.cut();
    if (unsent <= this.#limits.unsentPause || this.#since.has(recipient)) return;
    this.#since.set(recipient, performance.now());
    recipient.congested();
    outlet.once('drain', () => this.#since.delete(recipient) && recipient.drained());
  }

  /** Cuts those that have not caught up in time. */
  sweep(now: number): void {
    for (const [recipient, since] of this.#since) {
      const { outlet } = recipient;
      const over = outlet.destroyed || outlet.writableLength === 0;
      const late = now - since > this.#limits.slowMillis;
      if (over || late) this.#since.delete(recipient);
      if (late && !over) recipient.cut();
    }
  }
}
