import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { Unsupported } from '../../../src/loadgen/json-schema/schema.ts';
import { validatorOf } from '../../support/json-schema.ts';
import { samples } from '../../support/schema-samples.ts';

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
