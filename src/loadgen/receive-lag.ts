import { performance } from 'node:perf_hooks';
import type { Recorder } from '../metrics/recorder.ts';
import type { Silence } from './silence.ts';
import type { Turn } from './turn.ts';

/**
 * Upper bound of our own lateness on the way back, per reply. What comes in during a turn of the event loop came in after
 * the last poll of an earlier turn had ended, else that one had returned it; and just now where the poll had to sleep
 * for it; and never before its request was sent. A turn polls again while polls return all the events they can (1,024,
 * libuv): those that did not fit into the first may have been there as long as it, so that one bound serves the whole
 * turn. What it cannot see is a thread that is woken and gets no core: that is `CpuWait`.
 */
export class ReceiveLag {
  readonly #recorder: Pick<Recorder, 'receiveLag'>;
  readonly #silence: Silence;
  readonly #turns: Turn;
  readonly #idleMillis: () => number;
  /** A poll that returned everything there was ended then or later. */
  #pollEnded = 0;
  #markedAt = 0;
  #idle = 0;
  /** The turn in which something came in last, and whether a reply has. */
  #turn = -1;
  #answered = false;
  /** The turn under way at the mark before. */
  #markedTurn = 0;
  #from = 0;

  /** `idleMillis`: how long the polls of this thread have slept. */
  constructor(
    recorder: Pick<Recorder, 'receiveLag'>,
    silence: Silence,
    turns: Turn,
    idleMillis = () => performance.nodeTiming.idleTime,
  ) {
    this.#recorder = recorder;
    this.#silence = silence;
    this.#turns = turns;
    this.#idleMillis = idleMillis;
  }

  /** A callback begins that brings no data. `polled`: between it and the mark before there was one poll. */
  mark(now: number, polled: boolean): void {
    const idle = this.#idleMillis();
    if (idle > this.#idle) this.#pollEnded = now;
    else if (polled && this.#turn < this.#markedTurn) this.#pollEnded = this.#markedAt;
    this.#markedAt = now;
    this.#idle = idle;
    this.#markedTurn = this.#turns.ended;
  }

  /** Something other than a reply is taken up at `now`: replies of the same poll wait for it. */
  other(now: number): void {
    if (this.#turn !== this.#turns.ended) this.#turnBegins(now);
  }

  /** A reply is taken up at `now`, its request was sent at `sent` and belongs to `row`. */
  reply(now: number, sent: number, row: number): void {
    if (this.#turn !== this.#turns.ended) this.#turnBegins(now);
    if (!this.#answered) {
      this.#answered = true;
      this.#silence.broken(this.#from, now, sent);
    }
    this.#recorder.receiveLag(row, now - Math.max(this.#from, sent));
  }

  /** The first that a turn brings: the poll that returned it has just ended. */
  #turnBegins(now: number): void {
    this.#turns.begin();
    this.#turn = this.#turns.ended;
    this.#answered = false;
    const idle = this.#idleMillis();
    this.#from = idle > this.#idle ? now : this.#pollEnded;
    this.#pollEnded = now;
    this.#idle = idle;
  }
}
