import { now, processClockOffset } from '../loadgen/clock.ts';
import type { Behaviour } from './behaviour.ts';
import type { Answer } from './endpoint.ts';
import { Lateness } from './lateness.ts';
import type { Interval, ServerReport } from './protocol.ts';

interface Pending {
  readonly answer: Answer;
  readonly looked: number;
  readonly read: number;
  readonly due: number;
}

/**
 * Answers requests by the rule of a behaviour. Timers of the event loop are whole milliseconds, so it looks for requests
 * and for replies that are due without a pause, from the start of the schedule until it is stopped.
 */
export class KnownServer {
  readonly #behaviour: Behaviour;
  readonly #clockOffset = processClockOffset();
  readonly #lateness = new Lateness();
  readonly #requests: { readonly answer: Answer; readonly looked: number; readonly read: number }[] = [];
  readonly #pending: Pending[] = [];
  /** What came before the start was known. */
  readonly #early: Answer[] = [];
  #next = 0;
  #replies = 0;
  #startAt = Number.POSITIVE_INFINITY;
  /** Before the latest poll of the event loop, and before the one before: what the latest returns came after that one. */
  #looked = 0;
  #lookedBefore = 0;
  #running = false;

  constructor(behaviour: Behaviour) {
    this.#behaviour = behaviour;
  }

  /** The schedule starts at `at`, ms of the process-wide monotonic clock. */
  begin(at: number): void {
    this.#startAt = at - this.#clockOffset;
    this.#lookedBefore = this.#looked = now();
    this.#running = true;
    for (const answer of this.#early) this.take(answer);
    this.#turn();
  }

  stop(): void {
    this.#running = false;
  }

  take(answer: Answer): void {
    if (!this.#running) return void this.#early.push(answer);
    const read = now();
    const request = this.#requests.push({ answer, looked: this.#lookedBefore, read }) - 1;
    for (const { request: answered, at } of this.#behaviour.taken(request, read - this.#startAt))
      this.#pending.push({ ...this.#requests[answered], due: this.#startAt + at });
  }

  report(stops: readonly Interval[]): ServerReport {
    const own = stops.map(({ from, to }) => ({ from: from - this.#clockOffset, to: to - this.#clockOffset }));
    return { requests: this.#requests.length, replies: this.#replies, lateness: this.#lateness.summary(own) };
  }

  readonly #turn = (): void => {
    if (!this.#running) return;
    if (this.#behaviour.busy) this.#work();
    else while (this.#next < this.#pending.length && this.#pending[this.#next].due <= now()) this.#reply();
    this.#lookedBefore = this.#looked;
    this.#looked = now();
    setImmediate(this.#turn);
  };

  /** Keeps the thread busy with the oldest request until its reply is due. */
  #work(): void {
    if (this.#next === this.#pending.length) return;
    const { due } = this.#pending[this.#next];
    while (now() < due);
    this.#reply();
  }

  #reply(): void {
    const { answer, looked, read, due } = this.#pending[this.#next++];
    answer();
    this.#lateness.record(looked, read, due, now());
    this.#replies++;
  }
}
