import { draw } from './draw.ts';
import { ArrivalSchedule, type Segment } from './pacer.ts';

/** Whose arrivals are walked through, of how many there are. */
export interface Stripe {
  readonly worker: number;
  readonly workers: number;
}

/** Stands for the step in what is drawn for an arrival itself: steps of an iteration are numbered from 0. */
const arrivalDraw = -1;

/**
 * The arrivals n ≡ worker (mod workers) of a schedule, one after the other.
 *
 * With a seed they are a Poisson process: arrival n is due when as many arrivals were wanted as the sum of n + 1 unit
 * exponentials, each drawn from (seed, its number) alone. Whoever walks adds up the exponentials of all arrivals in
 * the same order, so that any number of workers has the same instants.
 */
export class ArrivalWalk {
  readonly #schedule: ArrivalSchedule;
  readonly #workers: number;
  readonly #limit: number;
  readonly #seed: number | undefined;
  /** Exponentials added up so far, and their sum. */
  #added = 0;
  #sum = 0;
  /** Number of the arrival that comes next. */
  arrival: number;
  /** Seconds from the start of the profile until it is due; Infinity when there is none. */
  due: number;

  /** `limit`: arrivals of all workers together. */
  constructor(profile: readonly Segment[], { worker, workers }: Stripe, limit: number, poissonSeed?: number) {
    this.#schedule = new ArrivalSchedule(profile);
    this.#workers = workers;
    this.#limit = limit;
    this.#seed = poissonSeed;
    this.arrival = worker;
    this.due = this.#dueAt();
  }

  advance(): void {
    this.arrival += this.#workers;
    this.due = this.#dueAt();
  }

  #dueAt(): number {
    if (this.arrival >= this.#limit) return Number.POSITIVE_INFINITY;
    if (this.#seed === undefined) return this.#schedule.dueAt(this.arrival);
    for (; this.#added <= this.arrival; this.#added++)
      this.#sum -= Math.log1p(-draw(this.#seed, this.#added, arrivalDraw));
    return this.#schedule.dueAt(this.#sum);
  }
}
