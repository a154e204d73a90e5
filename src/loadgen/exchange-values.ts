import type { DataField, NumberField } from '../scenario/fields.ts';
import type { ExecutorPlan, FeederPlan } from '../scenario/plan.ts';
import { draw } from './draw.ts';
import type { ExchangeOwner, ExchangeTable } from './exchanges.ts';
import { Numbering } from './numbering.ts';

/** Keeps what is drawn for a field, for the row of a feeder, and for arguments, apart from what is drawn for the step itself. */
const fieldDraws = 2 ** 16;
const feederDraws = 2 ** 28;
const argumentDraws = 2 ** 29;

/**
 * What the requests of one scenario carry, by the slot of the exchange. It depends on seed, iteration and step alone, so
 * that any number of workers sends the same.
 */
export class ExchangeValues {
  readonly #table: Pick<ExchangeTable, 'owner'>;
  readonly #data: readonly FeederPlan[];
  readonly #seed: number;
  readonly #numbering: Numbering;

  constructor(table: Pick<ExchangeTable, 'owner'>, executor: ExecutorPlan, data: readonly FeederPlan[], seed: number) {
    this.#table = table;
    this.#data = data;
    this.#seed = seed;
    this.#numbering = new Numbering(executor);
  }

  rows(feeder: number): number {
    return this.#data[feeder].rows;
  }

  column({ feeder, column }: DataField, row: number): unknown {
    return this.#data[feeder].columns[column][row];
  }

  /** The row that the iteration of this exchange uses: every step has the same. */
  row(slot: number, feeder: number): number {
    const { number } = this.#owner(slot);
    const { pick, rows } = this.#data[feeder];
    if (pick === 'sequential') return this.#numbering.ordinal(number) % rows;
    return Math.floor(draw(this.#seed, number, feederDraws + feeder) * rows);
  }

  /** `place`: which of the numbers in the request. */
  number(slot: number, { source, digits }: NumberField, place: number): number {
    const { number, step } = this.#owner(slot);
    if (source === 'vu') return this.#numbering.vu(number);
    if (source === 'iteration') return this.#numbering.iteration(number);
    return this.#random(number, fieldDraws * (place + 1) + step, digits);
  }

  /** Which of so many arguments the exchange carries. */
  made(slot: number, count: number): number {
    const { number, step } = this.#owner(slot);
    return Math.floor(draw(this.#seed, number, argumentDraws + step) * count);
  }

  captured(slot: number, name: string): unknown {
    return this.#owner(slot).captured(name);
  }

  /** A draw has 32 bits: enough for nine digits. */
  #random(number: number, key: number, digits: number): number {
    if (digits <= 9) return Math.floor(draw(this.#seed, number, key) * 10 ** digits);
    const high = Math.floor(draw(this.#seed, number, key) * 10 ** (digits - 9));
    return high * 1e9 + Math.floor(draw(this.#seed, number, key + fieldDraws / 2) * 1e9);
  }

  #owner(slot: number): ExchangeOwner {
    return this.#table.owner[slot]!;
  }
}
