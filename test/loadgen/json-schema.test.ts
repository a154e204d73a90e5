import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { z } from 'zod';
import { expressionOf, TimeLimit } from '../../src/loadgen/json-schema/expression.ts';
import { patternSample } from '../../src/loadgen/json-schema/pattern.ts';
import { Random } from '../../src/loadgen/json-schema/random.ts';
import { schemaSample } from '../../src/loadgen/json-schema/sample.ts';
import { Unsupported } from '../../src/loadgen/json-schema/schema.ts';
import { validatorOf } from '../support/json-schema.ts';

const samples = (schema: unknown, count = 50): unknown[] =>
  Array.from({ length: count }, (_, row) => schemaSample(schema, new Random(1, row)));

const string = { type: 'string' };

describe('every value is one of the schema', () => {
  test.each<[string, Record<string, unknown>]>([
    ['a text', string],
    ['a text of some length', { ...string, minLength: 3, maxLength: 5 }],
    ['an empty text', { ...string, maxLength: 0 }],
    ['a long text', { ...string, minLength: 300 }],
    ['a pattern', { ...string, pattern: '^[A-Z]{2,3}-\\d+(\\.x|y)?$' }],
    ['a pattern of any length', { ...string, pattern: '^[\\s\\S]{1,1000000}$' }],
    ['a class of all but', { ...string, pattern: '^[^a-z]{4}\\S$' }],
    ['a date and time', { ...string, format: 'date-time' }],
    ['a date', { ...string, format: 'date' }],
    ['an address', { ...string, format: 'email' }],
    ['a URI', { ...string, format: 'uri' }],
    ['a UUID', { ...string, format: 'uuid' }],
    ['an IPv4 address', { ...string, format: 'ipv4' }],
    ['an IPv6 address', { ...string, format: 'ipv6' }],
    ['an integer', { type: 'integer' }],
    ['an integer between', { type: 'integer', minimum: -3, exclusiveMaximum: 2 }],
    ['an integer above', { type: 'integer', exclusiveMinimum: 1e9 }],
    ['an integer below', { type: 'integer', maximum: -5 }],
    ['a number between', { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 0.001 }],
    ['a multiple', { type: 'number', multipleOf: 0.25, minimum: 0.1, maximum: 1 }],
    ['a boolean', { type: 'boolean' }],
    ['null', { type: 'null' }],
    ['a constant', { const: { a: [1] } }],
    ['one of', { enum: ['a', 2, null] }],
    ['one of two types', { type: ['string', 'null'] }],
    ['a list', { type: 'array', items: { type: 'integer' }, minItems: 2, maxItems: 6 }],
    ['an empty list', { type: 'array', items: string, maxItems: 0 }],
    ['a tuple', { type: 'array', prefixItems: [string, { type: 'boolean' }], items: false, minItems: 2 }],
    [
      'an object',
      {
        type: 'object',
        properties: { a: string, b: { type: 'integer' } },
        required: ['a'],
        additionalProperties: false,
      },
    ],
    ['a record', { type: 'object', additionalProperties: { type: 'integer' }, minProperties: 3 }],
    [
      'a nested object',
      {
        type: 'object',
        properties: { o: { type: 'object', properties: { l: { type: 'array', items: string } }, required: ['l'] } },
        required: ['o'],
      },
    ],
    ['any of', { anyOf: [{ type: 'integer' }, string] }],
    ['one of two that overlap', { oneOf: [{ type: 'number' }, { type: 'integer' }] }],
    ['one of', { oneOf: [{ type: 'object', required: ['a'] }, { type: 'object', required: ['b'] }, string] }],
    ['all but', { type: 'integer', minimum: 0, maximum: 9, not: { enum: [1, 2, 3] } }],
    [
      'a condition',
      JSON.parse(`{
        "type": "object", "properties": { "kind": { "enum": ["a", "b"] } }, "required": ["kind"],
        "if": { "properties": { "kind": { "const": "a" } } },
        "then": { "properties": { "size": { "type": "integer" } }, "required": ["size"] },
        "else": { "properties": { "name": { "type": "string" } }, "required": ["name"], "not": { "required": ["size"] } }
      }`),
    ],
    ['a list that contains', { type: 'array', items: { type: 'integer' }, contains: { minimum: 500 }, minContains: 2 }],
    ['names of properties', { type: 'object', minProperties: 2, propertyNames: { maxLength: 6 } }],
    [
      'what needs something else',
      {
        type: 'object',
        properties: { a: string, b: string, c: string },
        dependentRequired: { a: ['b'] },
        dependentSchemas: { c: { required: ['a'] } },
      },
    ],
    ['a URI of a pattern', { ...string, format: 'uri', pattern: '^https://example\\.org/[a-z]+$' }],
    ['hundredths', { type: 'number', multipleOf: 0.01, minimum: 0, maximum: 1 }],
    ['any integer', { type: 'integer', minimum: -9007199254740991, maximum: 9007199254740991 }],
    [
      'a reference',
      {
        type: 'object',
        properties: { a: { $ref: '#/$defs/x' } },
        required: ['a'],
        $defs: { x: { type: 'integer', minimum: 5 } },
      },
    ],
  ])('%s', (_, schema) => {
    const faults = validatorOf(schema);
    for (const value of samples(schema)) expect(faults(value), JSON.stringify(value)).toBeUndefined();
  });

  it('whatever the bounds', () => {
    const bound = fc.integer({ min: -1000, max: 1000 }).map((n) => n / 10);
    fc.assert(
      fc.property(
        bound,
        fc.nat({ max: 50 }),
        fc.constantFrom('integer', 'number'),
        fc.boolean(),
        (least, width, type, exclusive) => {
          const most = least + 1 + width / 10;
          const schema = exclusive
            ? { type, exclusiveMinimum: least, exclusiveMaximum: most + 1 }
            : { type, minimum: least, maximum: most };
          const faults = validatorOf(schema);
          for (const value of samples(schema, 5)) expect(faults(value), JSON.stringify(value)).toBeUndefined();
        },
      ),
    );
  });

  it('with unique items', () => {
    const schema = {
      type: 'array',
      items: { type: 'integer', minimum: 0, maximum: 4 },
      uniqueItems: true,
      minItems: 5,
    };
    for (const value of samples(schema)) expect([...(value as number[])].sort()).toEqual([0, 1, 2, 3, 4]);
  });

  it('of a pattern that is not written as a Unicode one', () => {
    for (const value of samples({ ...string, pattern: '^a\\-b$' })) expect(value).toBe('a-b');
  });

  it('of all parts of allOf', () => {
    const schema = {
      allOf: [
        { type: 'object', properties: { a: { type: 'integer', minimum: 3 } }, required: ['a'] },
        { type: 'object', properties: { a: { maximum: 4 }, b: { enum: ['x', 'y'] } }, required: ['b'] },
      ],
    };
    const seen = new Set(samples(schema).map((value) => JSON.stringify(value)));
    expect([...seen].sort()).toEqual(['{"a":3,"b":"x"}', '{"a":3,"b":"y"}', '{"a":4,"b":"x"}', '{"a":4,"b":"y"}']);
  });

  it('of every branch that has one', () => {
    expect(new Set(samples({ oneOf: [false, { const: 'b' }, { const: 'c' }] }))).toEqual(new Set(['b', 'c']));
  });

  it('of a schema that contains itself, at last', () => {
    const tree = {
      $ref: '#/$defs/node',
      $defs: {
        node: {
          type: 'object',
          properties: { name: string, children: { type: 'array', items: { $ref: '#/$defs/node' } } },
          required: ['name', 'children'],
        },
      },
    };
    for (const value of samples(tree)) expect(JSON.stringify(value).length).toBeLessThan(20_000);
  });
});

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

it('optional properties come and go, and nothing else does', () => {
  const schema = { type: 'object', properties: { a: { const: 1 }, b: { const: 2 } } };
  const seen = samples(schema).map((value) => JSON.stringify(value));
  expect([...new Set(seen)].sort()).toEqual(['{"a":1,"b":2}', '{"a":1}', '{"b":2}', '{}']);
});

it('the same seed and row make the same value', () => {
  const schema = { type: 'object', properties: { a: string, b: { type: 'number' } }, required: ['a', 'b'] };
  expect(samples(schema)).toEqual(samples(schema));
  expect(new Set(samples(schema).map((value) => JSON.stringify(value))).size).toBeGreaterThan(45);
});

test.each<[unknown, string]>([
  [
    { type: 'object', properties: { a: { not: {} } }, required: ['a'] },
    'inputSchema/properties/a: no value is found that keeps "not"',
  ],
  [
    { type: 'array', items: { unevaluatedItems: false }, minItems: 1 },
    'inputSchema/items: "unevaluatedItems" is not followed',
  ],
  [{ oneOf: [{ type: 'integer' }, { type: 'integer' }] }, 'inputSchema: no value is found that keeps "oneOf"'],
  [{ $ref: 'https://example.org/x' }, 'inputSchema: the reference "https://example.org/x" leads out of the schema'],
  [{ $ref: '#/$defs/y' }, 'inputSchema: the reference "#/$defs/y" leads nowhere'],
  [{ $ref: '#' }, 'inputSchema: it contains itself without an end'],
  [{ type: 'string', pattern: '(?=a)a' }, 'inputSchema: no text is found for its pattern (?=a)a'],
  [{ type: 'string', pattern: '^a$', minLength: 2 }, 'inputSchema: no text is found for its pattern ^a$'],
  [{ type: 'string', pattern: '(' }, 'inputSchema: the pattern ( is no regular expression'],
  [
    { type: 'string', format: 'uuid', maxLength: 9 },
    'inputSchema: no text is found for its format uuid that has the length asked for',
  ],
  [{ type: 'string', minLength: 1e9 }, 'inputSchema: a minLength of 1000000000 is too much'],
  [{ type: 'array', minItems: 1e9 }, 'inputSchema: a minItems of 1000000000 is too much'],
  [{ type: 'string', pattern: '((a{999}){999}){999}' }, 'inputSchema: no text is found for its pattern'],
  [{ type: 'integer', minimum: 0.1, maximum: 0.9 }, 'inputSchema: no number lies between its bounds'],
  [{ type: 'integer', minimum: 3, maximum: 1 }, 'inputSchema: no number lies between its bounds'],
  [
    { type: 'array', items: { const: 1 }, uniqueItems: true, minItems: 2 },
    'inputSchema: there are not 2 different items',
  ],
  [{ allOf: [{ type: 'string' }, { type: 'integer' }] }, 'inputSchema: it allows no value'],
  [{ type: 'text' }, 'inputSchema: there is no type "text"'],
  [false, 'inputSchema: it allows no value'],
])('%j is refused', (schema, message) => {
  expect(() => samples(schema)).toThrow(new Unsupported('', '').constructor as typeof Unsupported);
  expect(() => samples(schema)).toThrow(message);
});

test.each([
  '',
  'a|b',
  '(?:x|yz){2}w*',
  '^\\w+@\\w+\\.com$',
  '[\\d-]{3}',
  '[-a]',
  '\\[x\\]',
  '.{5}',
  'a{2,}b?',
  '^$',
  '\\u0041|z',
])('the pattern %s is matched, or said to be too intricate', (pattern) => {
  for (let row = 0; row < 30; row++) {
    const text = patternSample(pattern, new Random(1, row));
    if (pattern !== '\\u0041|z') expect(text).toMatch(new RegExp(pattern, 'u'));
    else expect(text).toBeUndefined();
  }
});

test.each(['[a-', '[a', '(a', 'a\\', '[\\', '(?', 'a{2'])(
  'the pattern %s, which is none, comes to an end',
  (pattern) => {
    const text = patternSample(pattern, new Random(1, 0));
    if (text !== undefined) expect(text).toMatch(expressionOf(pattern, ''));
  },
);

test('any text is either matched or refused', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...'ab^$()[]{}|*+?\\d-.,12'), maxLength: 14 }),
      fc.nat(),
      (pattern, row) => {
        const text = patternSample(pattern, new Random(1, row));
        if (text !== undefined) expect(text).toMatch(expressionOf(pattern, ''));
      },
    ),
    { numRuns: 1000 },
  );
});

describe('what takes too long', () => {
  /** Backtracks 2^40 times. */
  const endless = { enum: [`${'a'.repeat(40)}!`], pattern: '^(a+)+$' };

  it.each<[string, Record<string, unknown>]>([
    ['a text', endless],
    [
      'the name of a property',
      { type: 'object', required: [endless.enum[0]], patternProperties: { [endless.pattern]: {} } },
    ],
    ['what must not be', { type: 'string', const: endless.enum[0], not: { pattern: endless.pattern } }],
  ])('is broken off, and named: a pattern and %s', (_, schema) => {
    expect(() => new TimeLimit(100).within(() => schemaSample(schema, new Random(1, 0)))).toThrow(
      new Unsupported('', 'none is made within 0.1 s; the pattern tried last: ^(a+)+$'),
    );
    expect(expressionOf(endless.pattern, '').test('aa'), 'the next one is tried again').toBe(true);
  });

  it('has one limit for all that is made', () => {
    const limit = new TimeLimit(400);
    const make = () => limit.within(() => schemaSample(endless, new Random(1, 0)));
    expect(make).toThrow('none is made within 0.4 s;');
    const before = process.threadCpuUsage();
    expect(make).toThrow('none is made within 0.4 s, with those before it;');
    expect(process.threadCpuUsage(before).user / 1000, 'ms at work').toBeLessThan(200);
  });

  it('is not what is made in time, nor what fails by itself', () => {
    expect(new TimeLimit(10_000).within(() => schemaSample({ const: 5 }, new Random(1, 0)))).toBe(5);
    expect(() => new TimeLimit(10_000).within(() => schemaSample(false, new Random(1, 0)))).toThrow(Unsupported);
  });
});
