import type { Random } from './random.ts';
import { numberOf, type Schema, Unsupported } from './schema.ts';

/** Steps between the bounds where one or both are left open. */
const usualSteps = 1000;
const tolerance = 1e-9;

/** A number between the bounds of a schema, in steps of `multipleOf`, 1 for integers, 0.01 for others. */
export function numberSample(schema: Schema, random: Random, path: string): number {
  const step = numberOf(schema.multipleOf, schema.type === 'integer' ? 1 : 0);
  const grid = step > 0 ? step : 0.01;
  const { minimum, maximum } = schema;
  const above = schema.exclusiveMinimum === true ? minimum : schema.exclusiveMinimum;
  const below = schema.exclusiveMaximum === true ? maximum : schema.exclusiveMaximum;
  let first = Math.max(
    Math.ceil(numberOf(minimum, Number.NEGATIVE_INFINITY) / grid - tolerance),
    Math.floor(numberOf(above, Number.NEGATIVE_INFINITY) / grid + tolerance) + 1,
  );
  let last = Math.min(
    Math.floor(numberOf(maximum, Number.POSITIVE_INFINITY) / grid + tolerance),
    Math.ceil(numberOf(below, Number.POSITIVE_INFINITY) / grid - tolerance) - 1,
  );
  if (first === Number.NEGATIVE_INFINITY) first = Math.min(0, last - usualSteps);
  if (last === Number.POSITIVE_INFINITY) last = Math.max(0, first) + usualSteps;
  if (last >= first) return Number(((first + random.below(last - first + 1)) * grid).toPrecision(12));
  const [least, most] = [Math.max(...[minimum, above].map(lower)), Math.min(...[maximum, below].map(upper))];
  const middle = (least + most) / 2;
  if (step === 0 && (least < most || minimum === maximum)) return middle;
  throw new Unsupported(path, 'no number lies between its bounds');
}

const lower = (bound: unknown): number => numberOf(bound, Number.NEGATIVE_INFINITY);
const upper = (bound: unknown): number => numberOf(bound, Number.POSITIVE_INFINITY);
