import type { ExecutorPlan } from '../scenario/plan.ts';

/** User u begins the iterations u, u + 2^20, u + 2 × 2^20, … of the plan where iterations are not shared. */
export const mostUsers = 2 ** 20;

/**
 * What the number of an iteration says of it. Virtual users that loop have numbers of their own. An arrival, and an
 * iteration that users share, belongs to user n mod vus, whoever makes it; where every arrival is a client of its own, to user n.
 */
export class Numbering {
  readonly #looping: boolean;
  readonly #users: number;

  constructor({ model, vus, iterations }: ExecutorPlan) {
    this.#looping = model === 'closed' && iterations === undefined;
    this.#users = vus === 0 ? Number.POSITIVE_INFINITY : vus;
  }

  /** From 1. */
  vu(number: number): number {
    return 1 + (number % (this.#looping ? mostUsers : this.#users));
  }

  /** From 0: how many the user began before; where iterations are not its own, how many there were before. */
  iteration(number: number): number {
    return this.#looping ? Math.floor(number / mostUsers) : number;
  }

  /** Its place if all users kept in step, from 0. */
  ordinal(number: number): number {
    return this.#looping ? (number % mostUsers) + this.#users * this.iteration(number) : number;
  }
}
