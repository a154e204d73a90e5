import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from 'vitest';
import { modernFault } from '../../../src/gateway/http/header-check.ts';
import { readMessage } from '../../../src/wire/jsonrpc.ts';
import { MetaKey } from '../../../src/wire/modern.ts';

const meta = { [MetaKey.protocolVersion]: '2026-07-28', [MetaKey.clientCapabilities]: {} };
const message = (method: string, params: object = {}, id: object = { id: 1 }) =>
  readMessage(Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...id, method, params: { _meta: meta, ...params } })));
const headers = (method: string, name?: string) => ({
  'mcp-protocol-version': '2026-07-28',
  'mcp-method': method,
  ...(name !== undefined && { 'mcp-name': name }),
});
const base64 = (text: string) => `=?base64?${Buffer.from(text).toString('base64')}?=`;

describe('modernFault', () => {
  it.each<[string, ReturnType<typeof message>, IncomingHttpHeaders]>([
    ['headers that repeat the body', message('tools/call', { name: 'add' }), headers('tools/call', 'add')],
    ['white space around', message('tools/call', { name: 'add' }), headers('tools/call', '  add\t')],
    ['base64', message('prompts/get', { name: 'süd' }), headers('prompts/get', base64('süd'))],
    ['an address', message('resources/read', { uri: 'a:b' }), headers('resources/read', 'a:b')],
    ['a name that nothing repeats', message('tools/list'), headers('tools/list', 'whatever')],
    ['a tool without a name', message('tools/call', {}), headers('tools/call')],
    ['a notification without headers', message('notifications/progress', {}, {}), {}],
  ])('has nothing against %s', (_, given, sent) => {
    expect(modernFault(given, sent)).toBeUndefined();
  });

  it.each<[string, ReturnType<typeof message>, IncomingHttpHeaders, number]>([
    ['no revision in the headers', message('ping'), { 'mcp-method': 'ping' }, -32020],
    ['another one', message('ping'), { ...headers('ping'), 'mcp-protocol-version': '2025-11-25' }, -32020],
    ['no method in the headers', message('ping'), { 'mcp-protocol-version': '2026-07-28' }, -32020],
    ['another one', message('tools/list'), headers('prompts/list'), -32020],
    ['one in another case', message('tools/list'), headers('TOOLS/LIST'), -32020],
    ['no name in the headers', message('tools/call', { name: 'add' }), headers('tools/call'), -32020],
    ['another one', message('tools/call', { name: 'add' }), headers('tools/call', 'sub'), -32020],
    ['bad base64', message('tools/call', { name: 'ab' }), headers('tools/call', '=?base64?YWI?='), -32020],
    ['bytes that are no text', message('tools/call', { name: 'a' }), headers('tools/call', '=?base64?/w==?='), -32020],
    ['a wrong method of a notification', message('notifications/x', {}, {}), headers('notifications/y'), -32020],
    [
      'no capabilities',
      message('ping', { _meta: { ...meta, [MetaKey.clientCapabilities]: [] } }),
      headers('ping'),
      -32602,
    ],
    [
      'no text as revision',
      message('ping', { _meta: { ...meta, [MetaKey.protocolVersion]: 3 } }),
      headers('ping'),
      -32602,
    ],
  ])('refuses %s', (_, given, sent, code) => {
    expect(modernFault(given, sent)?.code).toBe(code);
  });

  it('names what it speaks to who speaks something else', () => {
    const given = message('ping', { _meta: { ...meta, [MetaKey.protocolVersion]: '2027-01-01' } });
    const fault = modernFault(given, { ...headers('ping'), 'mcp-protocol-version': '2027-01-01' });
    expect(fault).toMatchObject({ code: -32022, data: { requested: '2027-01-01' } });
    expect(fault?.data?.supported).toEqual(['2026-07-28']);
  });
});
