import { patternSample } from './pattern.ts';
import type { Random } from './random.ts';
import { numberOf, type Schema, Unsupported } from './schema.ts';

const letters = [...'abcdefghijklmnopqrstuvwxyz'];
const hex = [...'0123456789abcdef'];
/** Length of a text that may be longer. */
const usualLength = 8;

const run = (random: Random, from: readonly string[], length: number): string =>
  Array.from({ length }, () => random.pick(from)).join('');
const padded = (value: number): string => String(value).padStart(2, '0');
const date = (random: Random): string =>
  `20${padded(random.below(30))}-${padded(1 + random.below(12))}-${padded(1 + random.below(28))}`;
const time = (random: Random): string =>
  `${padded(random.below(24))}:${padded(random.below(60))}:${padded(random.below(60))}Z`;
const host = (random: Random): string => `${run(random, letters, usualLength)}.example`;

const formats: Readonly<Record<string, (random: Random) => string>> = {
  'date-time': (random) => `${date(random)}T${time(random)}`,
  date,
  time,
  duration: (random) => `PT${1 + random.below(59)}M`,
  email: (random) => `${run(random, letters, usualLength)}@${host(random)}`,
  hostname: host,
  ipv4: (random) => `192.0.2.${random.below(256)}`,
  ipv6: (random) => `2001:db8::${run(random, hex.slice(1), 4)}`,
  uri: (random) => `https://${host(random)}/${run(random, letters, usualLength)}`,
  'uri-reference': (random) => `/${run(random, letters, usualLength)}`,
  uuid: (random) =>
    `${run(random, hex, 8)}-${run(random, hex, 4)}-4${run(random, hex, 3)}-8${run(random, hex, 3)}-${run(random, hex, 12)}`,
  'json-pointer': (random) => `/${run(random, letters, usualLength)}`,
};

/** A text of a string schema: of its pattern, its format, or letters. */
export function textSample(schema: Schema, random: Random, path: string): string {
  const { pattern, format } = schema;
  if (typeof pattern === 'string')
    return checked(patternSample(pattern, random), `the pattern ${pattern}`, schema, path);
  if (typeof format === 'string' && format in formats)
    return checked(formats[format](random), `the format ${format}`, schema, path);
  const least = numberOf(schema.minLength, 0);
  const most = Math.max(least, Math.min(numberOf(schema.maxLength, usualLength), least + usualLength));
  const length = Math.max(least, Math.min(most, 1)) + random.below(Math.max(1, most - Math.max(least, 1) + 1));
  return run(random, letters, length);
}

function checked(text: string | undefined, what: string, schema: Schema, path: string): string {
  if (text === undefined) throw new Unsupported(path, `${what} is too intricate`);
  const length = [...text].length;
  if (length >= numberOf(schema.minLength, 0) && length <= numberOf(schema.maxLength, Number.POSITIVE_INFINITY))
    return text;
  throw new Unsupported(path, `${what} does not go with the length asked for`);
}
