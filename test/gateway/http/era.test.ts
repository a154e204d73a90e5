import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from 'vitest';
import { namesModern, type Place, placeOf } from '../../../src/gateway/http/era.ts';
import { readMessage } from '../../../src/wire/jsonrpc.ts';
import { MetaKey } from '../../../src/wire/modern.ts';

const message = (method: string, meta?: object) =>
  readMessage(Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { _meta: meta } })));
const says = (version: unknown) => ({ [MetaKey.protocolVersion]: version });
const modern = { 'mcp-protocol-version': '2026-07-28' };
const legacy = { 'mcp-protocol-version': '2025-06-18' };
const session = { 'mcp-session-id': 'f' };

describe('placeOf', () => {
  it.each<[string, Place, ReturnType<typeof message>, IncomingHttpHeaders, boolean]>([
    ['_meta before everything', 'modern', message('tools/list', says('2026-07-28')), { ...legacy, ...session }, true],
    ['_meta before initialize', 'modern', message('initialize', says('2026-07-28')), {}, true],
    ['_meta of whatever revision', 'modern', message('tools/list', says('2025-06-18')), session, true],
    ['_meta without sessions', 'modern', message('tools/list', says(7)), {}, false],
    ['initialize before headers', 'opening', message('initialize'), { ...modern, ...session }, true],
    ['initialize without sessions', 'sessionless', message('initialize'), {}, false],
    ['a header of the modern era before a session', 'unmarked', message('tools/list'), { ...modern, ...session }, true],
    ['_meta without a revision', 'unmarked', message('tools/list', { a: 1 }), modern, true],
    ['a later header', 'unmarked', message('tools/list'), { 'mcp-protocol-version': '2027-01-01' }, false],
    ['a session', 'session', message('tools/list', { a: 1 }), { ...legacy, ...session }, true],
    ['a session where none is needed', 'session', message('tools/list'), session, false],
    ['no session where none is needed', 'sessionless', message('tools/list'), legacy, false],
    ['no session', 'lost', message('tools/list'), legacy, true],
  ])('%s: %s', (_, place, given, headers, inSessions) => {
    expect(placeOf(given, headers, inSessions)).toBe(place);
  });

  it('takes no answer for an opening', () => {
    const answer = readMessage(Buffer.from('{"jsonrpc":"2.0","id":1,"result":{"method":"initialize"}}'));
    expect(placeOf(answer, session, true)).toBe('session');
  });
});

it('namesModern tells revisions by their date, and nothing else', () => {
  const named = ['2026-07-28', '2026-07-29', '2030-01-01', '2025-11-25', 'v999.0.0', '9', ''];
  expect(named.filter((version) => namesModern({ 'mcp-protocol-version': version }))).toEqual(named.slice(0, 3));
  expect(namesModern({})).toBe(false);
});
