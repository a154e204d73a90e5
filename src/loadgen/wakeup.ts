import { Alarm } from './alarm.ts';
import { now } from './clock.ts';

/** Event-loop timers are whole milliseconds and may be late by one: without an alarm the last stretch is polled. */
const pollWithinMillis = 1.2;
/** Above 5,000 instants a second there is no sleep that is worth its waking up. */
const pollWithAlarmMillis = 0.2;
/** So much earlier than it is due at most, which is then polled. */
const mostEarlyMillis = 0.15;
/** Alarms over which the median lag is taken. */
const lagsKept = 64;
const longestSleepMillis = 100;

/**
 * Calls `work` when something is due. `work` does all that is due and returns the next instant (ms of this thread's
 * clock). Between instants the thread sleeps, and is woken by an alarm that is set earlier by its own median lag; where
 * there is no alarm the event loop's timers wake it early by about a millisecond. What is left, and all of it with
 * `spin`, the event loop is polled, so that replies are still taken while waiting.
 */
export class Wakeup {
  readonly #work: (now: number) => number;
  readonly #spin: boolean;
  readonly #turn: (now: number, polled: boolean) => void;
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  #running = false;
  #next = Number.POSITIVE_INFINITY;
  readonly #alarm: Alarm | undefined;
  /** When the alarm is to ring; Infinity when none is set. */
  #ringsAt = Number.POSITIVE_INFINITY;
  #early = mostEarlyMillis / 2;
  #lags: number[] = [];

  /** `precise`: instants are worth a thread that rings an alarm for them. `turn` is told of every turn of the event loop this class sees, and whether it directly follows a poll. */
  constructor(
    work: (now: number) => number,
    { spin, precise }: { readonly spin: boolean; readonly precise: boolean },
    turn: (now: number, polled: boolean) => void,
  ) {
    this.#work = work;
    this.#spin = spin;
    this.#turn = turn;
    if (precise && !spin) this.#alarm = new Alarm(() => this.#rang());
  }

  start(): void {
    this.#running = true;
    this.#poll();
  }

  stop(): void {
    this.#running = false;
    this.#cancel();
    this.#alarm?.close();
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
    this.#ringsAt = Number.POSITIVE_INFINITY;
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
    const alarm = this.#alarm?.ready ? this.#alarm : undefined;
    if (this.#spin || wait < (alarm ? pollWithAlarmMillis : pollWithinMillis))
      this.#immediate = setImmediate(this.#poll);
    else if (alarm) {
      this.#ringsAt = at + wait - this.#early;
      alarm.set(this.#ringsAt);
      // An alarm that does not ring costs lateness, not the run.
      this.#timer = setTimeout(this.#poll, Math.ceil(wait) + 1);
    } else this.#timer = setTimeout(this.#poll, Math.floor(wait - 1));
  }

  #rang(): void {
    const lag = now() - this.#ringsAt;
    // For an instant that was taken back: the one that took its place is still to come.
    if (lag < -mostEarlyMillis) return;
    this.#lags.push(Math.max(0, lag));
    if (this.#lags.length === lagsKept) {
      this.#early = Math.min(mostEarlyMillis, this.#lags.sort((a, b) => a - b)[lagsKept / 2]);
      this.#lags = [];
    }
    this.#cancel();
    this.#poll();
  }

  #cancel(): void {
    this.#ringsAt = Number.POSITIVE_INFINITY;
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    this.#timer = undefined;
    this.#immediate = undefined;
  }
}
