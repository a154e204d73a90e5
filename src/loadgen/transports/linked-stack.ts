/** Its neighbours in the stack it is in. */
export interface Stacked<T> {
  above: T | undefined;
  below: T | undefined;
}

/** Last in, first out, linked through the items: one may leave from the midst at the cost of one at the top. */
export class LinkedStack<T extends Stacked<T>> {
  #top: T | undefined;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Of an item that is in no stack. */
  push(item: T): void {
    const below = this.#top;
    item.below = below;
    if (below !== undefined) below.above = item;
    this.#top = item;
    this.#length++;
  }

  pop(): T | undefined {
    const top = this.#top;
    if (top !== undefined) this.remove(top);
    return top;
  }

  /** Takes out an item that is in this stack or in none. */
  remove(item: T): void {
    const { above, below } = item;
    if (above !== undefined) above.below = below;
    else if (this.#top === item) this.#top = below;
    else return;
    if (below !== undefined) below.above = above;
    item.above = undefined;
    item.below = undefined;
    this.#length--;
  }
}
