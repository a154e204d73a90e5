import type { Segment } from './pacer.ts';

/**
 * Virtual users of a profile of whole levels, change by change. As in k6, a stage from a to b over D seconds makes its
 * i-th change of one user after D·i/|b − a|: upwards the level is rounded down, downwards up. A profile whose stages do
 * not join up jumps; behind its end the last level holds.
 */
export class LevelSteps {
  readonly #segments: readonly Segment[];
  #segment = -1;
  /** Changes made within the segment, and when it starts. */
  #made = 0;
  #startsAt = 0;
  /** From the latest step on. */
  level = 0;
  /** Seconds from the start of the profile to the next step; Infinity when there is none. */
  next: number;

  constructor(segments: readonly Segment[]) {
    this.#segments = segments;
    this.next = segments.length > 0 ? 0 : Number.POSITIVE_INFINITY;
  }

  /** Takes the step that is due at `next`. */
  step(): void {
    const current = this.#segments[this.#segment];
    if (current === undefined || this.#made === Math.abs(current.to - current.from)) this.#enter();
    else {
      this.#made++;
      this.level = current.from + this.#made * Math.sign(current.to - current.from);
    }
    this.next = this.#nextStep();
  }

  #enter(): void {
    this.#startsAt += this.#segments[this.#segment]?.seconds ?? 0;
    this.#segment++;
    this.#made = 0;
    this.level = this.#segments[this.#segment].from;
  }

  #nextStep(): number {
    const { seconds, from, to } = this.#segments[this.#segment];
    const changes = Math.abs(to - from);
    if (this.#made < changes) return this.#startsAt + seconds * ((this.#made + 1) / changes);
    return this.#segment + 1 < this.#segments.length ? this.#startsAt + seconds : Number.POSITIVE_INFINITY;
  }
}
