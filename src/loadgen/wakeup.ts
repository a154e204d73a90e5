import { now } from './clock.ts';

/** Event-loop timers are whole milliseconds and may be late by one: the last stretch is polled. */
const pollWithinMillis = 1.2;
const longestSleepMillis = 100;

/**
 * Calls `work` when something is due. `work` does all that is due and returns the next instant (ms of this thread's
 * clock). Between instants the thread sleeps; within 1.2 ms of one, or always with `spin`, the event loop is polled,
 * so that replies are still taken while waiting.
 */
export class Wakeup {
  readonly #work: (now: number) => number;
  readonly #spin: boolean;
  readonly #turn: (now: number, polled: boolean) => void;
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  #running = false;
  #next = Number.POSITIVE_INFINITY;

  /** `turn` is told of every turn of the event loop this class sees, and whether it directly follows a poll. */
  constructor(work: (now: number) => number, spin: boolean, turn: (now: number, polled: boolean) => void) {
    this.#work = work;
    this.#spin = spin;
    this.#turn = turn;
  }

  start(): void {
    this.#running = true;
    this.#poll();
  }

  stop(): void {
    this.#running = false;
    this.#cancel();
  }

  /** Something due at `at` was added. What `work` itself adds is in the instant it returns. */
  sooner(at: number): void {
    if (!this.#running || at >= this.#next) return;
    this.#cancel();
    this.#sleepUntil(at, now());
  }

  readonly #poll = (): void => {
    const polled = this.#immediate !== undefined;
    this.#immediate = undefined;
    this.#timer = undefined;
    if (!this.#running) return;
    const at = now();
    this.#turn(at, polled);
    if (at >= this.#next || this.#next === Number.POSITIVE_INFINITY) {
      this.#next = Number.NEGATIVE_INFINITY;
      this.#sleepUntil(this.#work(at), at);
    } else this.#sleepUntil(this.#next, at);
  };

  #sleepUntil(next: number, at: number): void {
    if (!this.#running) return;
    this.#next = next;
    const wait = Math.min(next - at, longestSleepMillis);
    if (this.#spin || wait < pollWithinMillis) this.#immediate = setImmediate(this.#poll);
    else this.#timer = setTimeout(this.#poll, Math.floor(wait - 1));
  }

  #cancel(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    this.#timer = undefined;
    this.#immediate = undefined;
  }
}
