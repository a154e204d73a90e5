import { draw } from '../draw.ts';

/** A row of numbers that depends on seed and row alone. */
export class Random {
  readonly #seed: number;
  readonly #row: number;
  #drawn = 0;

  constructor(seed: number, row: number) {
    this.#seed = seed;
    this.#row = row;
  }

  /** A whole number from 0 to below `n`. */
  below(n: number): number {
    return Math.floor(draw(this.#seed, this.#row, this.#drawn++) * n);
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)];
  }
}
