import type { DataPlane } from '../data-plane.ts';
import { Reply } from './reply.ts';

/** How often streams are looked at, ms. */
const everyMillis = 1_000;

/** The streams of events of one worker: silent ones are kept from looking idle. */
export class OpenStreams {
  readonly #plane: DataPlane;
  readonly #replies = new Set<Reply>();
  #last = 0;

  constructor(plane: DataPlane) {
    this.#plane = plane;
  }

  get size(): number {
    return this.#replies.size;
  }

  add(reply: Reply): void {
    this.#replies.add(reply);
  }

  delete(reply: Reply): void {
    this.#replies.delete(reply);
  }

  sweep(now: number): void {
    const { eventSilenceMillis } = this.#plane.limits;
    if (now - this.#last < Math.min(everyMillis, eventSilenceMillis)) return;
    this.#last = now;
    const silentSince = now - eventSilenceMillis;
    for (const reply of this.#replies) if (reply.lastEvent <= silentSince) reply.keepAlive();
    for (const { channel } of this.#plane.pending.startedBefore(silentSince))
      if (channel instanceof Reply) channel.waited();
  }

  /** Ends those that nothing is under way for. */
  endIdle(): void {
    for (const reply of this.#replies) if (!reply.busy) reply.finish();
  }
}
