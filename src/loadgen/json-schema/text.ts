import { expressionOf } from './expression.ts';
import { formats, lettersOf } from './format.ts';
import { patternSample } from './pattern.ts';
import type { Random } from './random.ts';
import { numberOf, type Schema, Unsupported } from './schema.ts';

/** Length of a text that may be longer. */
const usualLength = 8;
const mostLength = 64 * 1024;
/** A pattern or a format gives texts of many lengths: so many are tried. */
const tries = 20;

/** A text of a string schema: of its format, of its pattern, or letters. */
export function textSample(schema: Schema, random: Random, path: string): string {
  const pattern = typeof schema.pattern === 'string' ? schema.pattern : undefined;
  const format = formats.get(String(schema.format));
  if (pattern === undefined && format === undefined) return plain(schema, random, path);
  const expression = pattern === undefined ? undefined : expressionOf(pattern, path);
  const fits = (text: string): boolean =>
    isAsLong(text, schema) && (expression?.test(text) ?? true) && (format?.is(text) ?? true);
  const found =
    (format && fitting(fits, () => format.make(random))) ??
    (pattern === undefined ? undefined : fitting(fits, () => patternSample(pattern, random)));
  if (found !== undefined) return found;
  const wanted = [
    ...(pattern === undefined ? [] : [`pattern ${pattern}`]),
    ...(format === undefined ? [] : [`format ${schema.format}`]),
  ];
  throw new Unsupported(path, `no text is found for its ${wanted.join(' and ')} that has the length asked for`);
}

function fitting(fits: (text: string) => boolean, make: () => string | undefined): string | undefined {
  for (let i = 0; i < tries; i++) {
    const text = make();
    if (text !== undefined && fits(text)) return text;
  }
  return undefined;
}

function plain(schema: Schema, random: Random, path: string): string {
  const least = numberOf(schema.minLength, 0);
  if (least > mostLength) throw new Unsupported(path, `a minLength of ${least} is too much`);
  const most = Math.max(least, Math.min(numberOf(schema.maxLength, usualLength), least + usualLength));
  const shortest = Math.max(least, Math.min(most, 1));
  return lettersOf(random, shortest + random.below(most - shortest + 1));
}

function isAsLong(text: string, schema: Schema): boolean {
  const length = [...text].length;
  return length >= numberOf(schema.minLength, 0) && length <= numberOf(schema.maxLength, Number.POSITIVE_INFINITY);
}
