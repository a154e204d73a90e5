import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMessage } from '../../src/wire/jsonrpc.ts';
import {
  headerParameters,
  headerText,
  headerValue,
  MetaKey,
  modernHeaders,
  modernVersionOf,
} from '../../src/wire/modern.ts';

const _meta = { [MetaKey.protocolVersion]: '2026-07-28' };
const standard = (method: string) => [
  ['MCP-Protocol-Version', '2026-07-28'],
  ['Mcp-Method', method],
];

describe('modernVersionOf', () => {
  it.each([
    ['a revision', { _meta }, '2026-07-28'],
    ['one of an older era', { _meta: { [MetaKey.protocolVersion]: '2025-11-25' } }, '2025-11-25'],
    ['no text', { _meta: { [MetaKey.protocolVersion]: 20260728 } }, ''],
    ['other members only', { _meta: { progressToken: 1 } }, undefined],
    ['no `_meta` of its own', { arguments: { _meta } }, undefined],
    ['a `_meta` that is no object', { _meta: 'modern' }, undefined],
  ])('of a message with %s', (_, params, version) => {
    const text = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params });
    expect(modernVersionOf(readMessage(Buffer.from(text)))).toBe(version);
  });
});

describe('headerValue', () => {
  it.each([
    ['us-west1', 'us-west1'],
    ['Hello, 世界', '=?base64?SGVsbG8sIOS4lueVjA==?='],
    [' padded ', '=?base64?IHBhZGRlZCA=?='],
    ['line1\nline2', '=?base64?bGluZTEKbGluZTI=?='],
    ['=?base64?literal?=', '=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?='],
    ['', '=?base64??='],
    ['a', 'a'],
    ['a b', 'a b'],
  ])('%j is written as the specification shows', (text, value) => {
    expect(headerValue(text)).toBe(value);
  });

  it('is one line of ASCII that says the text and nothing else', () => {
    const decoded = (value: string) => {
      const inside = /^=\?base64\?(.*)\?=$/.exec(value);
      return inside ? Buffer.from(inside[1], 'base64').toString() : value;
    };
    const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string(), fc.constant('=?base64?x?='));
    fc.assert(
      fc.property(text, (one) => {
        const value = headerValue(one);
        expect(value).toMatch(/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/);
        expect(decoded(value)).toBe(one);
        expect(headerText(` ${value}\t`)).toBe(one);
      }),
    );
  });
});

describe('headerText', () => {
  it.each(['=?base64?SGVsbG8?=', '=?base64?SGVs!!!bG8=?=', '=?base64?/w==?=', '=?base64?SGVsbG8 ?='])(
    'is none where base64 is not what an encoder writes: %s',
    (value) => {
      expect(headerText(value)).toBeUndefined();
    },
  );

  it.each(['SGVsbG8=', '=?base64?SGVsbG8=', 'SGVsbG8=?=', '=?base64?='])(
    'is the value where a marker lacks: %s',
    (value) => {
      expect(headerText(value)).toBe(value);
    },
  );
});

describe('modernHeaders', () => {
  it.each([
    ['tools/list', {}, []],
    ['tools/call', { name: 'echo', uri: 'x' }, [['Mcp-Name', 'echo']]],
    ['prompts/get', { name: 'süß' }, [['Mcp-Name', '=?base64?c8O8w58=?=']]],
    ['resources/read', { uri: 'file:///a', name: 'x' }, [['Mcp-Name', 'file:///a']]],
    ['resources/templates/list', { name: 'x' }, []],
  ])('names what %s is about', (method, params, more) => {
    expect(modernHeaders(method, { ...params, _meta })).toEqual([...standard(method), ...more]);
  });

  it('repeats the arguments a tool marks, where there is a value', () => {
    const properties = {
      region: { type: 'string', 'x-mcp-header': 'Region' },
      count: { type: 'integer', 'x-mcp-header': 'Count' },
      deep: { type: 'object', properties: { urgent: { type: 'boolean', 'x-mcp-header': 'Urgent' } } },
      absent: { type: 'string', 'x-mcp-header': 'Absent' },
      nothing: { type: 'string', 'x-mcp-header': 'Nothing' },
      plain: { type: 'string' },
    };
    const values = { region: 'süd', count: -7, deep: { urgent: false }, nothing: null, plain: 'x' };
    const headers = modernHeaders('tools/call', { name: 't', arguments: values, _meta }, { properties });
    expect(headers.slice(3)).toEqual([
      ['Mcp-Param-Region', '=?base64?c8O8ZA==?='],
      ['Mcp-Param-Count', '-7'],
      ['Mcp-Param-Urgent', 'false'],
    ]);
  });

  it('takes no marks from where none may stand', () => {
    const marked = { type: 'string', 'x-mcp-header': 'X' };
    for (const schema of [
      marked,
      { items: marked },
      { anyOf: [{ properties: { a: marked } }] },
      { properties: [marked] },
    ])
      expect(headerParameters(schema)).toEqual([]);
  });
});
