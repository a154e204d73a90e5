import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { shownCommand, splitCommand } from '../../src/scenario/command-line.ts';

describe('splitCommand', () => {
  test.each([
    ['node server.js', ['node', 'server.js']],
    ['  a \t b\n', ['a', 'b']],
    [`a 'b c' "d e"`, ['a', 'b c', 'd e']],
    [`a"b"'c'\\ d`, ['abc d']],
    [`'' ""`, ['', '']],
    [`'a\\b' "a\\b\\"\\\\"`, ['a\\b', 'a\\b"\\']],
    ['$HOME *.js ~ `x`', ['$HOME', '*.js', '~', '`x`']],
    ['', []],
  ])('%j', (text, words) => {
    expect(splitCommand(text)).toEqual(words);
  });

  test.each(["a 'b", 'a "b', 'a\\', 'a "b\\"'])('%j has no end', (text) => {
    expect(splitCommand(text)).toBeUndefined();
  });

  test('takes back every command that is shown', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 8 }), { minLength: 1 }), (words) => {
        fc.pre(!words.some((word) => word.startsWith('-')));
        expect(splitCommand(shownCommand(words))).toEqual(words);
      }),
    );
  });
});

test.each([
  [['node', 's.js', '--api-key=abc'], 'node s.js --api-key=***'],
  [['npx', 's', '--token', 'abc', 'x'], 'npx s --token *** x'],
  [['s', '--token', '--verbose'], 's --token --verbose'],
  [['s', 'key=1'], 's key=1'],
])('%j is shown without secrets', (words, shown) => {
  expect(shownCommand(words)).toBe(shown);
});
