import fc from 'fast-check';
import { expect, test } from 'vitest';
import { initializeRequest } from '../../src/loadgen/initialize.ts';
import { modernRequest, prepareRequests } from '../../src/loadgen/requests.ts';
import { planOf } from '../support/engine.ts';
import { plainOperation } from '../support/operations.ts';

const meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'mcpb', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

test('the legacy era sends the requests as they are planned', () => {
  const [scenario] = planOf({}).scenarios;
  expect(prepareRequests(scenario, { era: 'legacy' }, () => undefined)).toEqual([
    ...scenario.operations,
    initializeRequest,
  ]);
});

test('the modern era adds its metadata behind the parameters and changes nothing else', () => {
  const methods = ['tools/list', 'tools/call', 'resources/read', 'prompts/get', 'completion/complete'];
  const call = fc.record({
    method: fc.constantFrom(...methods),
    name: fc.string(),
    arguments: fc.option(fc.dictionary(fc.string(), fc.jsonValue()), { nil: undefined }),
  });
  fc.assert(
    fc.property(call, ({ method, name, arguments: values }) => {
      const text = values && JSON.stringify(values);
      fc.pre(!`${name}${text}`.includes('{{'));
      const operation = plainOperation({
        method,
        name: /\/(call|read|get)$/.test(method) ? name : undefined,
        arguments: text,
      });
      const { body, idOffset } = modernRequest(operation);
      const plain = JSON.parse(operation.body);
      expect(JSON.parse(body)).toEqual({ ...plain, params: { ...plain.params, _meta: meta } });
      const common = operation.body.replace(/\}*$/, '');
      expect(body.slice(0, common.length)).toBe(common);
      expect(idOffset).toBe(operation.idOffset);
    }),
  );
});

test('numbers no JavaScript number can hold, and spaces, are kept', () => {
  const operation = plainOperation({
    method: 'tools/call',
    name: 'x',
    arguments: ' { "n" : 12345678901234567890.10 } ',
  });
  expect(modernRequest(operation).body).toContain('"arguments": { "n" : 12345678901234567890.10 } ,"_meta":{');
});

test('what a request says of itself stands', () => {
  const version = { 'io.modelcontextprotocol/protocolVersion': '1900-01-01' };
  const own = JSON.stringify({ cursor: 'c', _meta: { ...version, progressToken: 7 } });
  const { body, headers } = modernRequest(plainOperation({ method: 'tools/list', arguments: own }));
  expect(JSON.parse(body).params).toEqual({ cursor: 'c', _meta: { ...meta, ...version, progressToken: 7 } });
  expect(headers).toContainEqual(['MCP-Protocol-Version', '1900-01-01']);
});
