import { expect, test } from 'vitest';
import { z } from 'zod';
import { readDocument } from '../../src/config/document.ts';
import { formatFaults } from '../../src/config/fault.ts';
import { validate } from '../../src/config/validate.ts';

const kinds = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('a'), size: z.number() }),
  z.strictObject({ kind: z.literal('b'), name: z.string() }),
]);
const schema = z.strictObject({
  listen: z.strictObject({ port: z.number() }).optional(),
  level: z.enum(['low', 'high']).optional(),
  items: z
    .array(z.union([z.enum(['one']), z.strictObject({ two: z.number() })], 'an item is one, or a map with two'))
    .optional(),
  of: kinds.optional(),
});

function faultsOf(text: string): string[] {
  const { faults } = validate(readDocument(text, 'f', {}), schema, new Map([['tls', 'tls is not here yet']]));
  return formatFaults('f', faults).split('\n');
}

test('gives the value of a faultless document', () => {
  expect(validate(readDocument('level: low', 'f', {}), schema)).toEqual({ value: { level: 'low' }, faults: [] });
});

test.each([
  ['listn: {}', 'f:1:1 unknown key "listn" — did you mean "listen"?'],
  ['level: low\nport: 1', 'f:2:1 "port" does not belong here'],
  ['tls: {}', 'f:1:1 tls is not here yet'],
  ['listen: {}', 'f:1:9 port is missing'],
  ['listen:\n  port: x', 'f:2:9 expected a number, found text'],
  ['listen: [1]', 'f:1:9 expected a map, found a list'],
  ['level: hihg', 'f:1:8 "hihg" is not one of low, high — did you mean "high"?'],
  ['level: 3', 'f:1:8 expected one of low, high'],
  ['items: [one, onne]', 'f:1:14 "onne" is not one of one — did you mean "one"?'],
  ['items: [{ two: x }]', 'f:1:16 expected a number, found text'],
  ['items: [7]', 'f:1:9 an item is one, or a map with two'],
  ['', 'f:1:1 expected a map, found nothing'],
])('%j: %s', (text, fault) => {
  expect(faultsOf(text)).toEqual([fault]);
});

test('reports everything at once, in the order of the file', () => {
  expect(faultsOf('level: hgih\nlistn: 1\nlisten: { port: a }\nlevel: low')).toEqual([
    'f:2:1 unknown key "listn" — did you mean "listen"?',
    'f:3:17 expected a number, found text',
    'f:4:1 Map keys must be unique',
  ]);
});

test('a wrong deciding word does not hide the faults beside it', () => {
  expect(faultsOf('of: { kind: c, name: x, siz: 1 }\nlevel: 1')).toEqual([
    'f:1:13 "c" is not one of a, b',
    'f:1:25 unknown key "siz" — did you mean "size"?',
    'f:2:8 expected one of low, high',
  ]);
});

test('a fault that follows from an unset variable is not told twice', () => {
  expect(faultsOf(`level: \${NOPE}`)).toEqual(['f:1:8 environment variable NOPE is not set']);
});
