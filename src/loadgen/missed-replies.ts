/** So many exchanges, the latest that gave up, are remembered at least, and twice as many at most. */
const kept = 2 ** 16;

/**
 * Ids of exchanges that ended without their reply, by which it is told from a duplicate when it comes after all. Asked
 * only about replies that no exchange waits for. Two sets take turns, so that forgetting the oldest costs nothing.
 */
export class MissedReplies {
  #recent = new Set<number>();
  #older = new Set<number>();

  add(id: number): void {
    if (this.#recent.size === kept) {
      const oldest = this.#older;
      this.#older = this.#recent;
      this.#recent = oldest;
      oldest.clear();
    }
    this.#recent.add(id);
  }

  /** Whether the reply to `id` was missed; it is so once. */
  take(id: number): boolean {
    return this.#recent.delete(id) || this.#older.delete(id);
  }
}
