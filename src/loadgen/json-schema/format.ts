import { isIPv4, isIPv6 } from 'node:net';
import type { Random } from './random.ts';

/** A format that JSON Schema names: how a text of it is made, and which texts are of it. */
export interface Format {
  readonly make: (random: Random) => string;
  readonly is: (text: string) => boolean;
}

const letters = [...'abcdefghijklmnopqrstuvwxyz'];
const hex = [...'0123456789abcdef'];
const usualLength = 8;

export function lettersOf(random: Random, length: number): string {
  return run(random, letters, length);
}

const run = (random: Random, from: readonly string[], length: number): string =>
  Array.from({ length }, () => random.pick(from)).join('');
const word = (random: Random): string => run(random, letters, usualLength);
const two = (value: number): string => String(value).padStart(2, '0');
const like = (expression: RegExp) => (text: string) => expression.test(text);

const day = (random: Random): string =>
  `20${two(random.below(30))}-${two(1 + random.below(12))}-${two(1 + random.below(28))}`;
const clock = (random: Random): string => `${two(random.below(24))}:${two(random.below(60))}:${two(random.below(60))}Z`;
const name = (random: Random): string => `${word(random)}.example`;

const time = /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;
const isDay = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.startsWith(text) === true;
const isDateTime = (text: string): boolean =>
  /^.{10}t/i.test(text) && isDay(text.slice(0, 10)) && time.test(text.slice(11));

const host: Format = {
  make: name,
  is: like(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i),
};
const email: Format = {
  make: (random) => `${word(random)}@${name(random)}`,
  is: like(/^[\w.+-]+@[a-z0-9-]+(\.[a-z0-9-]+)+$/i),
};
const uri: Format = {
  make: (random) => `https://${name(random)}/${word(random)}`,
  is: like(/^https?:\/\/[\w.-]+(\/[\w./-]*)?$/),
};
const reference: Format = { make: (random) => `/${word(random)}`, is: like(/^[\w./-]+$/) };

export const formats: ReadonlyMap<string, Format> = new Map([
  ['date-time', { make: (random) => `${day(random)}T${clock(random)}`, is: isDateTime }],
  ['date', { make: day, is: isDay }],
  ['time', { make: clock, is: like(time) }],
  ['duration', { make: (random) => `PT${1 + random.below(59)}M`, is: like(/^PT\d+[HMS]$|^P\d+[YMWD]$/) }],
  ['email', email],
  ['idn-email', email],
  ['hostname', host],
  ['idn-hostname', host],
  ['ipv4', { make: (random) => `192.0.2.${random.below(256)}`, is: isIPv4 }],
  ['ipv6', { make: (random) => `2001:db8::${run(random, hex.slice(1), 4)}`, is: isIPv6 }],
  ...['uri', 'url', 'iri', 'uri-template'].map((one) => [one, uri] as const),
  ...['uri-reference', 'iri-reference'].map((one) => [one, reference] as const),
  [
    'uuid',
    {
      make: (random) =>
        `${run(random, hex, 8)}-${run(random, hex, 4)}-4${run(random, hex, 3)}-8${run(random, hex, 3)}-${run(random, hex, 12)}`,
      is: like(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i),
    },
  ],
  ['json-pointer', { make: (random) => `/${word(random)}`, is: like(/^(\/[^~/]*)*$/) }],
  ['relative-json-pointer', { make: (random) => `0/${word(random)}`, is: like(/^\d(\/[^~/]*)*$/) }],
  ['regex', { make: word, is: like(/^[a-z]*$/) }],
  ['byte', { make: word, is: like(/^([\w+/]{4})*$/) }],
] satisfies (readonly [string, Format])[]);
