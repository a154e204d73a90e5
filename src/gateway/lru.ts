/** A map that forgets the entry unused for longest when it has more than `capacity`. */
export class Lru<Value> {
  readonly #capacity: number;
  /** Least recently used first. */
  readonly #entries = new Map<string, Value>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get(key: string): Value | undefined {
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return value;
  }

  /** Returns what it forgot for it. */
  set(key: string, value: Value): Value | undefined {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= this.#capacity) return undefined;
    const [oldest, forgotten] = this.#entries.entries().next().value ?? [];
    if (oldest !== undefined) this.#entries.delete(oldest);
    return forgotten;
  }
}
