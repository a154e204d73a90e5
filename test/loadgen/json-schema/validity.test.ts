import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { Random } from '../../../src/loadgen/json-schema/random.ts';
import { schemaSample } from '../../../src/loadgen/json-schema/sample.ts';
import { Unsupported } from '../../../src/loadgen/json-schema/schema.ts';
import { validatorOf } from '../../support/json-schema.ts';
import { samples } from '../../support/schema-samples.ts';

/** Schemas of any kind that are put together from those of values, most of which have any. */
const schemas = fc.letrec<{ schema: Record<string, unknown> }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3 },
    fc.record(
      {
        type: fc.constant('string'),
        minLength: fc.nat({ max: 5 }),
        maxLength: fc.integer({ min: 5, max: 12 }),
        pattern: fc.constantFrom('^[a-c]+$', 'x', '^\\d{2,4}$'),
        format: fc.constantFrom('email', 'uuid', 'date'),
      },
      { requiredKeys: ['type'] },
    ),
    fc.record(
      {
        type: fc.constantFrom('integer', 'number'),
        minimum: fc.integer({ min: -20, max: 10 }),
        exclusiveMaximum: fc.integer({ min: 5, max: 30 }),
        multipleOf: fc.constantFrom(1, 3, 0.5, 0.01),
      },
      { requiredKeys: ['type'] },
    ),
    fc.record({ enum: fc.array(fc.jsonValue({ maxDepth: 1 }), { minLength: 1, maxLength: 3 }) }),
    fc.record(
      {
        type: fc.constant('array'),
        items: tie('schema'),
        prefixItems: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }),
        minItems: fc.nat({ max: 3 }),
        uniqueItems: fc.boolean(),
        contains: tie('schema'),
      },
      { requiredKeys: ['type'] },
    ),
    fc.record(
      {
        type: fc.constant('object'),
        properties: fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('schema')),
        required: fc.uniqueArray(fc.constantFrom('a', 'b', 'd')),
        additionalProperties: fc.oneof(fc.boolean(), tie('schema')),
        minProperties: fc.nat({ max: 3 }),
        dependentRequired: fc.constant({ a: ['b'] }),
      },
      { requiredKeys: ['type'] },
    ),
    fc.record({ anyOf: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ oneOf: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ allOf: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }) }),
    fc.tuple(tie('schema'), tie('schema')).map(([schema, not]) => ({ ...schema, not })),
    fc
      .tuple(tie('schema'), tie('schema'), tie('schema'))
      .map((parts) => Object.fromEntries(['if', 'then', 'else'].map((key, i) => [key, parts[i]]))),
  ),
})).schema;

test('whatever the schema, an independent validator takes every value, or there is said to be none', () => {
  let made = 0;
  fc.assert(
    fc.property(schemas, fc.nat(), (schema, row) => {
      const value = sampleOf(schema, row);
      if (value === undefined) return;
      made++;
      expect(validatorOf(schema)(value), JSON.stringify(value)).toBeUndefined();
    }),
    { numRuns: 400 },
  );
  expect(made, 'many schemas have a value').toBeGreaterThan(100);
});

function sampleOf(schema: unknown, row: number): unknown {
  try {
    return schemaSample(schema, new Random(1, row));
  } catch (error) {
    if (error instanceof Unsupported) return undefined;
    throw error;
  }
}

test.each([
  ['texts of a format', z.object({ a: z.email(), b: z.uuid(), c: z.iso.datetime(), d: z.url(), e: z.ipv4() })],
  [
    'numbers',
    z.object({ a: z.int(), b: z.number().positive(), c: z.int().nonnegative(), d: z.number().multipleOf(0.01) }),
  ],
  ['unions', z.discriminatedUnion('k', [z.object({ k: z.literal('a'), n: z.int() }), z.object({ k: z.literal('b') })])],
  [
    'what may be absent',
    z.object({
      a: z.string().nullish(),
      b: z
        .array(z.enum(['x', 'y']))
        .min(1)
        .default(['x']),
    }),
  ],
  ['records and tuples', z.object({ r: z.record(z.string(), z.int()), t: z.tuple([z.string(), z.boolean()]) })],
])('a zod schema accepts what is made from its JSON Schema: %s', (_, schema) => {
  for (const value of samples(z.toJSONSchema(schema, { io: 'input' })))
    expect(schema.safeParse(value).error?.message, JSON.stringify(value)).toBeUndefined();
});
