import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { expressionOf, TimeLimit } from '../../../src/loadgen/json-schema/expression.ts';
import { patternSample } from '../../../src/loadgen/json-schema/pattern.ts';
import { Random } from '../../../src/loadgen/json-schema/random.ts';
import { schemaSample } from '../../../src/loadgen/json-schema/sample.ts';
import { Unsupported } from '../../../src/loadgen/json-schema/schema.ts';

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
    // Which pattern is tried last depends on how far it came in its one millisecond.
    expect(make).toThrow('none is made within 0.4 s, with those before it');
    expect(process.threadCpuUsage(before).user / 1000, 'ms at work').toBeLessThan(200);
  });

  it('is not what is made in time, nor what fails by itself', () => {
    expect(new TimeLimit(10_000).within(() => schemaSample({ const: 5 }, new Random(1, 0)))).toBe(5);
    expect(() => new TimeLimit(10_000).within(() => schemaSample(false, new Random(1, 0)))).toThrow(Unsupported);
  });
});
