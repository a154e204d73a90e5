import type { StagePlan } from '../scenario/plan.ts';

export type Segment = Pick<StagePlan, 'seconds' | 'from' | 'to'>;

/**
 * When arrivals are due: a pure function of the profile, shared by all workers and agents, each of which takes the
 * arrivals n ≡ its number (mod their count).
 *
 * In a stage from rate r0 to r1 over D seconds, with k = (r1 − r0)/D, the n-th arrival of the stage is due after
 *
 *     2n / (r0 + √max(0, r0² + 2kn))      and arrival 0 at once
 *
 * which inverts n = r0·t + k·t²/2 without a special case for a constant rate. Fractions carry across stages.
 */
export class ArrivalSchedule {
  readonly #segments: readonly Segment[];
  /** Seconds, and arrivals due, before each segment. */
  readonly #startsAt: number[] = [];
  readonly #before: number[] = [];
  /** Arrivals of the whole profile, fractions included. */
  readonly total: number;

  constructor(segments: readonly Segment[]) {
    this.#segments = segments;
    let time = 0;
    let count = 0;
    for (const { seconds, from, to } of segments) {
      this.#startsAt.push(time);
      this.#before.push(count);
      time += seconds;
      count += ((from + to) / 2) * seconds;
    }
    this.total = count;
  }

  /** Seconds from the start of the profile until n arrivals, a fraction too, were wanted; Infinity behind its end. */
  dueAt(n: number): number {
    if (n >= this.total) return Number.POSITIVE_INFINITY;
    let index = this.#segments.length - 1;
    while (index > 0 && this.#before[index] > n) index--;
    const { seconds, from, to } = this.#segments[index];
    const local = n - this.#before[index];
    if (local === 0) return this.#startsAt[index];
    const slope = (to - from) / seconds;
    return this.#startsAt[index] + (2 * local) / (from + Math.sqrt(Math.max(0, from * from + 2 * slope * local)));
  }
}

/** How many of 0 … count − 1 are ≡ remainder (mod modulus): one worker's share. */
export function share(count: number, remainder: number, modulus: number): number {
  return Math.max(0, Math.ceil((count - remainder) / modulus));
}
