import fc from 'fast-check';

/** JSON as text rather than as values: with every spacing, and with strings and keys made to mislead a scanner. */
const space = fc.constantFrom('', '', '', ' ', '\n', '\t', '\r\n  ');
const trap = fc.constantFrom(
  '"id":7',
  '{"id":1}',
  '}',
  '{',
  '\\',
  '\\"',
  '",',
  '"isError":true',
  'é😀\u2028',
  ',"result":{}',
  '\u0000\b\f',
);
export const stringText: fc.Arbitrary<string> = fc
  .oneof(
    trap,
    fc.string({ unit: 'binary', maxLength: 6 }),
    fc.array(trap, { maxLength: 3 }).map((all) => all.join('')),
  )
  .map((value) => JSON.stringify(value));
const numberText = fc.constantFrom('0', '-1', '1.5', '1e3', '-2E-7', '12345678901234567890', '1e400');
const keyText = fc.oneof(
  fc.constantFrom('"id"', '"error"', '"method"', '"result"', '"jsonrpc"', '"isError"'),
  stringText,
);

/** Any JSON value, objects with members called like those of JSON-RPC among them. */
export const valueText: fc.Arbitrary<string> = fc.letrec<{ value: string; object: string; array: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(stringText, numberText, fc.constantFrom('true', 'false', 'null')),
    tie('object'),
    tie('array'),
  ),
  object: fc.array(fc.tuple(keyText, tie('value')), { maxLength: 3 }).chain(objectText),
  array: fc
    .tuple(fc.array(tie('value'), { maxLength: 3 }), space)
    .map(([all, gap]) => `[${all.join(`${gap},${gap}`)}]`),
})).value;

/** An object of these members in any order, with any spacing. */
export function objectText(members: readonly (readonly [key: string, value: string])[]): fc.Arbitrary<string> {
  const gaps = fc.array(space, { minLength: 5, maxLength: 5 });
  return fc
    .tuple(fc.shuffledSubarray([...members], { minLength: members.length }), gaps)
    .map(([shuffled, [before, afterKey, beforeValue, afterValue, inside]]) => {
      const written = shuffled.map(([key, value]) => `${before}${key}${afterKey}:${beforeValue}${value}${afterValue}`);
      return `{${written.join(',')}${inside}}`;
    });
}
