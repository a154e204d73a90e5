import { expect, test } from 'vitest';
import { readDocument } from '../../src/config/document.ts';

function faultsOf(text: string, env = {}): string[] {
  return readDocument(text, 'x.yaml', env).faults.map(({ line, column, message }) => `${line}:${column} ${message}`);
}

test('gives the plain value and the position of every key and value', () => {
  const document = readDocument('a: 1\nb:\n  - c: [x, yy]\n', 'x.yaml', {});
  expect(document.value).toEqual({ a: 1, b: [{ c: ['x', 'yy'] }] });
  expect(document.locate(['a'], 'key')).toEqual({ line: 1, column: 1 });
  expect(document.locate(['a'], 'value')).toEqual({ line: 1, column: 4 });
  expect(document.locate(['b', 0, 'c'], 'key')).toEqual({ line: 3, column: 5 });
  expect(document.locate(['b', 0, 'c', 1], 'value')).toEqual({ line: 3, column: 12 });
});

test('locates an absent part at its nearest parent that is written', () => {
  const document = readDocument('a: 1\nb:\n  c: 2\n', 'x.yaml', {});
  expect(document.locate(['b', 'd', 'e'], 'value')).toEqual({ line: 3, column: 3 });
});

test('accepts JSON', () => {
  expect(readDocument('{"a": [1, true, null]}', 'x.json', {}).value).toEqual({ a: [1, true, null] });
});

test('an empty file has no value and no fault', () => {
  expect(readDocument('# nothing\n', 'x.yaml', {})).toMatchObject({ value: undefined, faults: [] });
});

test.each([
  ['a: [1\nb: 2', ['2:1 Flow sequence in block collection must be sufficiently indented and end with a ]']],
  ['a: 1\n\tb: 2', ['2:1 Tabs are not allowed as indentation']],
  ['a: 1\na: 2\n', ['2:1 Map keys must be unique']],
  ['a: 1\nb: *c\n', ['2:4 no anchor "c" stands before this alias']],
  ['[1]: 2\n', ['1:1 a key must be a plain word']],
])('reports %j with its position', (text, faults) => {
  expect(faultsOf(text)).toEqual(faults);
});

test('a duplicate key does not hide the rest of the file', () => {
  expect(readDocument('a: 1\na: 2\nb: 3\n', 'x.yaml', {}).value).toMatchObject({ b: 3 });
});

test('follows aliases, and stops where they multiply', () => {
  expect(readDocument('a: &x { n: 1 }\nb: *x\n', 'x.yaml', {}).value).toEqual({ a: { n: 1 }, b: { n: 1 } });
  const lines = [
    'a0: &a0 [1]',
    ...Array.from({ length: 9 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}, *a${n}]`),
  ];
  expect(faultsOf(lines.join('\n')).some((fault) => fault.endsWith('more than 100 aliases'))).toBe(true);
});
