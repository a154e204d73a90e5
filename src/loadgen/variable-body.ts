import {
  bodyParts,
  type DataField,
  dataText,
  type FieldPlan,
  feedersOf,
  isDataPlace,
  isNumberPlace,
  isRendered,
  type NumberField,
  numberText,
  type Place,
  toolOf,
  valueText,
} from '../scenario/fields.ts';
import type { OperationPlan } from '../scenario/plan.ts';
import type { ExchangeValues } from './exchange-values.ts';
import type { MadeArguments } from './facts.ts';

/** The body of an operation whose requests differ: what each variant looks like, and what an exchange fills in. */
export class VariableBody {
  /** No pool can hold what it makes. */
  readonly rendered: boolean;
  /** How many bodies there are beside their numbers: one per row of the data, or per arguments made. */
  readonly variants: number;
  /** In the order in which they stand. */
  readonly numbers: readonly Place<NumberField>[];
  readonly #parts: readonly (string | Place)[];
  readonly #feeder: number | undefined;
  /** Texts of its arguments, where they are made from a schema; else none. */
  readonly #made: readonly string[];
  readonly #values: ExchangeValues;

  /** `pooled`: false where even what a pool could hold must be put together for every exchange. */
  constructor({ body, fields = [] }: OperationPlan, values: ExchangeValues, made: MadeArguments = {}, pooled = true) {
    this.#parts = bodyParts(body, fields);
    this.#values = values;
    this.#feeder = feedersOf(fields)[0];
    this.#made = made[toolOf(fields) ?? ''] ?? [];
    this.rendered = !pooled || isRendered(fields);
    const rows = this.#feeder === undefined ? 1 : values.rows(this.#feeder);
    this.variants = this.#made.length > 0 ? this.#made.length : rows;
    this.numbers = this.#parts.filter((part) => typeof part !== 'string').filter(isNumberPlace);
  }

  /** Which variant the exchange in a slot sends. */
  variant(slot: number): number {
    if (this.#made.length > 0) return this.#values.made(slot, this.#made.length);
    return this.#feeder === undefined ? 0 : this.#values.row(slot, this.#feeder);
  }

  /** What the exchange in a slot has at place `index` of `numbers`. */
  number(slot: number, index: number): number {
    return this.#values.number(slot, this.numbers[index].field, index);
  }

  /** A variant with zeros in the places of its numbers, and the byte offsets of these. */
  prepared(variant: number): { text: string; numbersAt: number[] } {
    const numbersAt: number[] = [];
    let text = '';
    for (const part of this.#parts) {
      if (typeof part === 'string') text += part;
      else if (isDataPlace(part)) text += this.#data(part, variant);
      else if (isNumberPlace(part)) {
        numbersAt.push(Buffer.byteLength(text));
        text += numberText(part, 0);
      } else if (part.field.source === 'schema') text += this.#made[variant];
    }
    return { text, numbersAt };
  }

  /** The body of the exchange in a slot, all but its id. */
  render(slot: number): string {
    let text = '';
    let numbers = 0;
    for (const part of this.#parts) {
      if (typeof part === 'string') text += part;
      else if (isDataPlace(part)) text += this.#data(part, this.#values.row(slot, part.field.feeder));
      else if (isNumberPlace(part)) text += numberText(part, this.number(slot, numbers++));
      else if (part.field.source === 'capture')
        text += valueText(this.#values.captured(slot, part.field.name), part.bare);
      else if (part.field.source === 'schema') text += this.#made[this.variant(slot)];
    }
    return text;
  }

  #data(place: Place<DataField>, row: number): string {
    return dataText(place, this.#values.column(place.field, row));
  }
}

export type BodyOf = (operation: OperationPlan, pooled?: boolean) => VariableBody | undefined;

/** The bodies of a scenario's operations; of one whose requests are all the same, none. The same call in session and as an arrival is one. */
export function variableBodies(values: ExchangeValues, made?: MadeArguments): BodyOf {
  const bodies = new Map<readonly FieldPlan[], VariableBody>();
  return (operation, pooled) => {
    const { fields } = operation;
    if (fields === undefined) return undefined;
    const body = bodies.get(fields) ?? new VariableBody(operation, values, made, pooled);
    bodies.set(fields, body);
    return body;
  };
}
