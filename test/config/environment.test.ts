import { expect, test } from 'vitest';
import { readDocument } from '../../src/config/document.ts';

const env = { TOKEN: 's3cret', PORT: '8443', TRAP: 'x: [1\n' };

function valueIn(text: string): unknown {
  return readDocument(text, 'x.yaml', env).value;
}

test('replaces references in scalars, plain, quoted and in flow collections', () => {
  expect(valueIn(`a: \${TOKEN}`)).toEqual({ a: 's3cret' });
  expect(valueIn(`a: 'ws://h:\${PORT}/\${TOKEN}'`)).toEqual({ a: 'ws://h:8443/s3cret' });
  expect(valueIn(`auth: { token: \${TOKEN} }`)).toEqual({ auth: { token: 's3cret' } });
});

test('a value can never add structure', () => {
  expect(valueIn(`a: \${TRAP}\nb: 1`)).toEqual({ a: 'x: [1\n', b: 1 });
});

test('$$ stands for a literal reference; keys are left alone', () => {
  expect(valueIn(`a: $\${TOKEN}`)).toEqual({ a: `\${TOKEN}` });
  expect(valueIn(`'\${TOKEN}': 1`)).toEqual({ [`\${TOKEN}`]: 1 });
});

test('characters of the private use area stay what they are, written or escaped, beside references', () => {
  const written = `a: "\uE000\uE001 \\uE002 \\U0000E003 \${TOKEN}"`;
  expect(valueIn(written)).toEqual({ a: '\uE000\uE001 \uE002 \uE003 s3cret' });
  expect(readDocument(`a: \${X}`, 'x.yaml', { X: '\uE000\uE001' }).value).toEqual({ a: '\uE000\uE001' });
});

test('every unset name is a fault where it stands, with the columns of the file', () => {
  const { faults } = readDocument(`a: { b: \${NO}, c: "\${NOR}" }`, 'x.yaml', env);
  expect(faults).toEqual([
    { line: 1, column: 9, message: 'environment variable NO is not set' },
    { line: 1, column: 19, message: 'environment variable NOR is not set' },
  ]);
});
