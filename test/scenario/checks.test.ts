import { expect, test } from 'vitest';
import { evaluateCheck, parseCheck } from '../../src/scenario/checks.ts';
import { mistake } from './planning.ts';

const reply = {
  jsonrpc: '2.0',
  result: { tools: [{ name: 'echo', 'odd key': null }], size: 3, done: false, note: 'a == b' },
};

test.each([
  ['$', true],
  ['$.result', true],
  ['$.error', false],
  ['$.result.tools[0].name', true],
  ['$.result.tools[1]', false],
  ["$.result.tools[0]['odd key']", true],
  ['$.toString', false],
  ["$.jsonrpc == '2.0'", true],
  ["$.jsonrpc=='2.1'", false],
  ['$.jsonrpc != "2.1"', true],
  ['$.result.size == 3', true],
  ["$.result.size == '3'", false],
  ['$.result.size >= 3', true],
  ['$.result.size > 3', false],
  ['$.result.size < 3.5', true],
  ['$.result.size <= 2', false],
  ["$.result.size < '9'", false],
  ["$.jsonrpc < '3'", true],
  ['$.result.done == false', true],
  ["$.result.tools[0]['odd key'] == null", true],
  ['$.error == null', false],
  ["$.error != 'x'", true],
  ["$.result.note contains '=='", true],
  ["$.result.note == 'a == b'", true],
  ['$.result.note contains 3', false],
  ["$.result.tools contains 'echo'", false],
])('%s is %s', (text, passed) => {
  expect(evaluateCheck(parseCheck('c', text), reply)).toBe(passed);
});

test('contains finds an element of a list', () => {
  expect(evaluateCheck(parseCheck('c', '$ contains 2'), [1, 2])).toBe(true);
  expect(evaluateCheck(parseCheck('c', '$ contains 3'), [1, 2])).toBe(false);
});

test('a plan says path, operator and literal', () => {
  expect(parseCheck('has tool', "$.result.tools[0].name == 'echo'")).toEqual({
    name: 'has tool',
    path: ['result', 'tools', 0, 'name'],
    operator: '==',
    literal: 'echo',
  });
});

test.each(['result', '$.', '$..a', '$.a[*]', '$.a ==', '$.a == echo', '$.a = 1', '$.a[?(@.b)]', "$.a == 'x", ''])(
  'refuses %j',
  (text) => {
    expect(mistake(() => parseCheck('mine', text)).message).toContain(`check "mine": "${text}"`);
  },
);
