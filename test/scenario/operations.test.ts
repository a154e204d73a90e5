import fc from 'fast-check';
import { expect, test } from 'vitest';
import { callFaults } from '../../src/scenario/operations.ts';
import { idPlaceholder } from '../../src/scenario/plan.ts';
import { plainOperation as planned } from '../support/operations.ts';

test.each([
  [{ method: 'tools/list' }, 'tools/list', undefined],
  [{ method: 'tools/list', arguments: '{"cursor":"x"}' }, 'tools/list', { cursor: 'x' }],
  [{ method: 'tools/call', name: 'echo' }, 'tools/call echo', { name: 'echo' }],
  [
    { method: 'tools/call', name: 'echo', arguments: '{"m":1}' },
    'tools/call echo',
    { name: 'echo', arguments: { m: 1 } },
  ],
  [{ method: 'prompts/get', name: 'p' }, 'prompts/get p', { name: 'p' }],
  [{ method: 'resources/read', name: 'test://a' }, 'resources/read test://a', { uri: 'test://a' }],
  [{ method: 'ping', as: 'alive' }, 'alive', undefined],
])('%j', (call, name, params) => {
  const operation = planned(call);
  expect(operation.name).toBe(name);
  expect(JSON.parse(operation.body)).toEqual({
    jsonrpc: '2.0',
    id: Number(idPlaceholder),
    method: call.method,
    ...(params && { params }),
  });
});

test('the id stands at its offset whatever the payload', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.dictionary(fc.string(), fc.jsonValue()), (name, parameters) => {
      const text = JSON.stringify(parameters);
      fc.pre(!(name + text).includes('{{'));
      const { body, idOffset } = planned({ method: 'tools/call', name, arguments: text });
      expect(body.slice(idOffset, idOffset + 10)).toBe(idPlaceholder);
      const patched = `${body.slice(0, idOffset)}1234567890${body.slice(idOffset + 10)}`;
      expect(JSON.parse(patched)).toEqual({
        jsonrpc: '2.0',
        id: 1234567890,
        method: 'tools/call',
        params: { name, arguments: JSON.parse(text) },
      });
    }),
  );
});

test('arguments are sent as they were written', () => {
  const { body } = planned({
    method: 'tools/call',
    name: 'n',
    arguments: '{ "big": 12345678901234567890, "a": 1.0 }',
  });
  expect(body).toContain('{ "big": 12345678901234567890, "a": 1.0 }');
});

test.each([
  [{ method: 'tools/lst' }, '"tools/lst" is not an MCP method — did you mean "tools/list"?'],
  [{ method: 'tools/call' }, 'tools/call needs a name (the tool)'],
  [{ method: 'tools/list', name: 'x' }, 'tools/list takes no name'],
  [{ method: 'resources/read', name: 'x:y', arguments: '{}' }, 'resources/read takes no arguments'],
])('%j: %s', (call, message) => {
  expect(callFaults(call).map((fault) => fault.message)).toEqual([message]);
});

test('an unknown method is taken where its refusal is expected', () => {
  expect(callFaults({ method: 'no/such', expect: 'rpc_error:-32601' })).toEqual([]);
});
