import type { Interval, ServerLateness } from './protocol.ts';

/** Replies that are recorded; later ones are not. */
const mostRecorded = 2 ** 19;

/**
 * A server's account of its own errors, per reply: the time from the reply being due to being sent, and the time for
 * which the request may have lain unread because nobody looked. What the test itself took away is no error of the server.
 */
export class Lateness {
  readonly #spans: { readonly looked: number; readonly read: number; readonly due: number; readonly sent: number }[] =
    [];

  /** All in ms of one clock. `looked`: when the server last looked for requests before it `read` this one. */
  record(looked: number, read: number, due: number, sent: number): void {
    if (this.#spans.length < mostRecorded) this.#spans.push({ looked, read, due, sent });
  }

  summary(stops: readonly Interval[]): ServerLateness {
    const micros = this.#spans
      .map(({ looked, read, due, sent }) => outside(looked, read, stops) + outside(due, sent, stops))
      .map((millis) => Math.round(millis * 1000))
      .sort((a, b) => a - b);
    const at = (p: number) => micros[Math.max(0, Math.ceil(p * micros.length) - 1)] ?? 0;
    return { p50: at(0.5), p99: at(0.99), p999: at(0.999), max: at(1) };
  }
}

/** ms of [from, to] that lie in none of the intervals. */
function outside(from: number, to: number, intervals: readonly Interval[]): number {
  const inside = intervals.map((one) => Math.max(0, Math.min(to, one.to) - Math.max(from, one.from)));
  return Math.max(0, to - from - inside.reduce((sum, length) => sum + length, 0));
}
