import { expect, test } from 'vitest';
import { outputPaths, requestOf } from '../../src/commands/load-request.ts';
import { root } from '../support/cli.ts';

const none = { what: undefined, name: undefined, arguments: undefined };

test.each([
  { words: {}, flags: {}, request: {} },
  { words: {}, flags: { scenario: 'smoke' }, request: { scenario: 'smoke' } },
  { words: { what: 'smoke' }, flags: {}, request: { scenario: 'smoke' } },
  { words: { what: 'scenarios/mix.yaml' }, flags: {}, request: { scenario: 'scenarios/mix.yaml' } },
  { words: { what: 'nosuch' }, flags: {}, request: { scenario: 'nosuch' } },
  { words: { what: 'tools/list' }, flags: {}, request: { operation: { method: 'tools/list' } } },
  {
    words: { what: 'tools/call', name: 'echo', arguments: '{}' },
    flags: {},
    request: { operation: { method: 'tools/call', name: 'echo', arguments: '{}' } },
  },
])('$words with $flags asks for $request', ({ words, flags, request }) => {
  expect(requestOf({ ...none, ...words }, flags, root)).toEqual({ ...request, overrides: {} });
});

test('flags become overrides', () => {
  expect(requestOf({ ...none, what: 'smoke' }, { speed: '2', 'in-flight': '4' }, root)).toEqual({
    scenario: 'smoke',
    overrides: { speed: '2', inFlight: '4' },
  });
});

test('what is said twice, or does not belong together, is refused', () => {
  expect(() => requestOf({ ...none, what: 'smoke' }, { scenario: 'mix' }, root)).toThrow('--scenario mix already says');
  expect(() => requestOf({ ...none, what: 'smoke', name: 'echo' }, {}, root)).toThrow('"smoke" is not a method');
});

test('only JSON is written', () => {
  expect(outputPaths(['json=a.json', 'json=out/'])).toEqual(['a.json', 'out/']);
  expect(() => outputPaths(['html=a.html'])).toThrow('"html=a.html" is not supported');
  expect(() => outputPaths(['json='])).toThrow('"json=" is not supported');
});
