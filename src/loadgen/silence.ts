/**
 * The longest time in which the target owed replies and sent none, ms: what a closed loop hides. Our own lateness is not
 * in it.
 */
export class Silence {
  /** When the latest batch of replies was taken up. */
  repliedAt = Number.NEGATIVE_INFINITY;
  #longest = 0;

  /** Replies are taken up at `now` that came in at `from` or later, the first to a request sent at `sent`. */
  broken(from: number, now: number, sent: number): void {
    this.lasts(from, sent);
    this.repliedAt = now;
  }

  /** None has come until `now` to requests of which the oldest was sent at `sent`. */
  lasts(now: number, sent: number): void {
    const silent = now - Math.max(this.repliedAt, sent);
    if (silent > this.#longest) this.#longest = silent;
  }

  /** The longest since the last call. One that goes on is told again, at its full length. */
  take(): number {
    const longest = this.#longest;
    this.#longest = 0;
    return longest;
  }
}
