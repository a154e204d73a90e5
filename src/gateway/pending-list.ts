import type { MethodIndex } from '../wire/mcp.ts';
import type { PendingRequest } from './pending-request.ts';

/** The requests of one worker without a final reply, oldest first. All may take equally long, so the oldest is due first. */
export class PendingList {
  #first: PendingRequest | undefined = undefined;
  #last: PendingRequest | undefined = undefined;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  get oldest(): PendingRequest | undefined {
    return this.#first;
  }

  /** The method of each. */
  *methods(): Iterable<MethodIndex> {
    for (let pending = this.#first; pending; pending = pending.after) yield pending.method;
  }

  add(pending: PendingRequest): void {
    pending.before = this.#last;
    if (this.#last === undefined) this.#first = pending;
    else this.#last.after = pending;
    this.#last = pending;
    this.#length++;
  }

  remove(pending: PendingRequest): void {
    if (pending.before === undefined) this.#first = pending.after;
    else pending.before.after = pending.after;
    if (pending.after === undefined) this.#last = pending.before;
    else pending.after.before = pending.before;
    // Who still holds a request that is over must not hold all that came after it.
    pending.before = undefined;
    pending.after = undefined;
    this.#length--;
  }

  /** Oldest first. */
  *startedBefore(time: number): Generator<PendingRequest> {
    for (let pending = this.#first; pending !== undefined && pending.started < time; pending = pending.after)
      yield pending;
  }

  /** Answers what is past its deadline. */
  sweep(now: number): void {
    while (this.#first !== undefined && now > this.#first.deadline) this.#first.expire();
  }

  refuseAll(text: string): void {
    while (this.#first !== undefined) this.#first.drop(text);
  }
}
