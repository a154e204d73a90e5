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
  let first = Math.max(Math.ceil(lower(minimum) / grid - tolerance), Math.floor(lower(above) / grid + tolerance) + 1);
  let last = Math.min(Math.floor(upper(maximum) / grid + tolerance), Math.ceil(upper(below) / grid - tolerance) - 1);
  if (first === Number.NEGATIVE_INFINITY) first = Math.min(0, last - usualSteps);
  if (last === Number.POSITIVE_INFINITY) last = Math.max(0, first) + usualSteps;
  if (last >= first) return onGrid(first + random.below(last - first + 1), grid);
  const [least, most] = [Math.max(...[minimum, above].map(lower)), Math.min(...[maximum, below].map(upper))];
  if (step === 0 && (least < most || minimum === maximum)) return (least + most) / 2;
  throw new Unsupported(path, 'no number lies between its bounds');
}

/** Without what floating point adds behind the digits. */
function onGrid(steps: number, grid: number): number {
  return Number.isInteger(grid) ? steps * grid : Number((steps * grid).toPrecision(12));
}

/** A bound that only says that JavaScript can hold the number is none. */
const isBound = (value: unknown): value is number => typeof value === 'number' && Math.abs(value) < 2 ** 53 - 1;
const lower = (bound: unknown): number => (isBound(bound) ? bound : Number.NEGATIVE_INFINITY);
const upper = (bound: unknown): number => (isBound(bound) ? bound : Number.POSITIVE_INFINITY);
