import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { z } from 'zod';
import { patternSample } from '../../src/loadgen/json-schema/pattern.ts';
import { Random } from '../../src/loadgen/json-schema/random.ts';
import { schemaSample } from '../../src/loadgen/json-schema/sample.ts';
import { Unsupported } from '../../src/loadgen/json-schema/schema.ts';

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
    const oracle = z.fromJSONSchema(schema);
    for (const value of samples(schema))
      expect(oracle.safeParse(value).error?.message, JSON.stringify(value)).toBeUndefined();
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
          const oracle = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);
          for (const value of samples(schema, 5))
            expect(oracle.safeParse(value).success, JSON.stringify([schema, value])).toBe(true);
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

  it('of the first branch that has one', () => {
    expect(new Set(samples({ oneOf: [{ not: {} }, { const: 'b' }, { const: 'c' }] }))).toEqual(new Set(['b']));
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
    'inputSchema/properties/a: "not" is not followed',
  ],
  [{ type: 'array', items: { if: {} }, minItems: 1 }, 'inputSchema/items: "if" is not followed'],
  [{ dependentRequired: {} }, 'inputSchema: "dependentRequired" is not followed'],
  [{ $ref: 'https://example.org/x' }, 'inputSchema: the reference "https://example.org/x" leads out of the schema'],
  [{ $ref: '#/$defs/y' }, 'inputSchema: the reference "#/$defs/y" leads nowhere'],
  [{ $ref: '#' }, 'inputSchema: it contains itself without an end'],
  [{ type: 'string', pattern: '(?=a)a' }, 'inputSchema: the pattern (?=a)a is too intricate'],
  [
    { type: 'string', pattern: '^a$', minLength: 2 },
    'inputSchema: the pattern ^a$ does not go with the length asked for',
  ],
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

test('any text is either matched or refused', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'ab^$()[]{}|*+?\\d-.,12') }), fc.nat(), (pattern, row) => {
      const text = patternSample(pattern, new Random(1, row));
      if (text !== undefined) expect(text).toMatch(new RegExp(pattern, 'u'));
    }),
  );
});
