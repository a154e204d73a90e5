import { describe, expect, it } from 'vitest';
import { ParameterHeaders, parameterFault, toolIn } from '../../../src/gateway/http/parameter-headers.ts';
import { EchoBackend } from '../../../src/router/backends/echo.ts';
import { readMessage } from '../../../src/wire/jsonrpc.ts';
import { headerParameters } from '../../../src/wire/modern.ts';
import { planeOf } from '../../support/plane.ts';

const schema = {
  properties: {
    region: { type: 'string', 'x-mcp-header': 'Region' },
    options: { properties: { urgent: { type: 'boolean', 'x-mcp-header': 'Urgent' } } },
    count: { type: 'integer', 'x-mcp-header': 'Count' },
  },
};
const parameters = headerParameters(schema);
const callOf = (args: unknown) =>
  readMessage(
    Buffer.from(
      JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 't', arguments: args } }),
    ),
  );

describe('parameterFault', () => {
  it.each([
    [
      'headers that repeat arguments',
      { region: 'eu', options: { urgent: true }, count: 3 },
      { region: 'eu', urgent: 'true', count: '3' },
    ],
    ['a number written otherwise', { count: 42 }, { count: '42.0' }],
    ['base64', { region: 'süd' }, { region: '=?base64?c8O8ZA==?=' }],
    ['no value and no header', { region: null, options: {} }, {}],
    ['a header without a value', {}, { region: 'eu' }],
    ['no arguments', undefined, {}],
    ['a header that no parameter wants', { region: 'eu' }, { region: 'eu', other: 'x' }],
  ])('has nothing against %s', (_, args, given) => {
    const headers = Object.fromEntries(Object.entries(given).map(([name, value]) => [`mcp-param-${name}`, value]));
    expect(parameterFault(callOf(args), headers, parameters)).toBeUndefined();
  });

  it.each([
    ['a missing header', { region: 'eu' }, {}],
    ['another value', { region: 'eu' }, { region: 'us' }],
    ['another case', { region: 'eu' }, { region: 'EU' }],
    ['base64 without padding', { region: 'süd' }, { region: '=?base64?c8O8ZA?=' }],
    ['a wrong value deep inside', { options: { urgent: true } }, { urgent: 'false' }],
  ])('refuses %s', (_, args, given) => {
    const headers = Object.fromEntries(Object.entries(given).map(([name, value]) => [`mcp-param-${name}`, value]));
    expect(parameterFault(callOf(args), headers, parameters)?.code).toBe(-32020);
  });
});

it('ParameterHeaders asks for a schema once, and again when what it knows is old', async () => {
  let asked = 0;
  const backend = new EchoBackend({ worker: 0, version: '0' });
  backend.toolSchema = async () => {
    asked++;
    return schema;
  };
  const plane = planeOf({}, backend);
  const session = plane.sessionless.of('ada');
  const known = new ParameterHeaders(plane);
  expect(await known.of(session, 't')).toEqual(parameters);
  expect(known.of(session, 't')).toEqual(parameters);
  plane.now += 61_000;
  expect(await known.of(session, 't')).toEqual(parameters);
  expect(asked).toBe(2);
  backend.toolSchema = () => Promise.reject(new Error('gone'));
  expect(await known.of(session, 'other')).toEqual([]);
});

it('toolIn is the name of the tool, if it has one', () => {
  expect(toolIn(callOf({}))).toBe('t');
  expect(
    toolIn(readMessage(Buffer.from('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":1}}'))),
  ).toBeUndefined();
});
