import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findMember } from '../../src/wire/json-member.ts';
import { type Message, readMessage, replyLength, writeReply } from '../../src/wire/jsonrpc.ts';
import { methodOf, methods } from '../../src/wire/mcp.ts';

const read = (text: string): Message => readMessage(Buffer.from(text));
const accepts = (text: string): boolean => read(text).fault !== 'parse';

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Valid JSON with one byte changed, removed or doubled: mostly broken, sometimes not. */
const damaged = fc
  .tuple(fc.json({ maxDepth: 5 }), fc.nat(), fc.constantFrom(...'{}[]":,\\ \t\n01-+.eEu"tfn\u0001é'), fc.nat(2))
  .map(([text, seed, character, how]) => {
    const at = seed % (text.length + 1);
    return text.slice(0, at) + (how === 2 ? '' : character) + text.slice(how === 1 ? at : at + 1);
  });

describe('the scanner', () => {
  it('accepts what JSON.parse accepts, and nothing else', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json({ maxDepth: 6 }), damaged, fc.string()), (text) => {
        expect(accepts(text)).toBe(parses(text));
        expect(accepts(`{"params":${text}}`)).toBe(parses(`{"params":${text}}`));
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([
    '01',
    '-',
    '1.',
    '.5',
    '1e',
    '1e+',
    '+1',
    '"\t"',
    '"\\x"',
    '"\\u12g4"',
    '[1,]',
    '{"a":1,}',
    '{a:1}',
    'tru',
    '"',
    '',
    ' ',
  ])('refuses %j', (text) => {
    expect(accepts(text)).toBe(false);
  });

  it('accepts 64 levels and no more', () => {
    const nested = (levels: number) =>
      `{"jsonrpc":"2.0","id":1,"method":"m","params":${'['.repeat(levels)}${']'.repeat(levels)}}`;
    expect(read(nested(63)).kind).toBe('request');
    expect(read(nested(64)).fault).toBe('depth');
    expect(read('['.repeat(100_000)).fault).toBe('depth');
  });

  it('keeps every part byte for byte, wherever it stands', () => {
    const member = fc.json({ maxDepth: 4 });
    fc.assert(
      fc.property(
        member,
        fc.shuffledSubarray(['id', 'method', 'params', 'jsonrpc'], { minLength: 4 }),
        (params, order) => {
          const parts: Record<string, string> = { id: '"i\\u0064"', method: '"a/b"', params, jsonrpc: '"2.0"' };
          const text = `{ ${order.map((key) => `"${key}" : ${parts[key]}`).join(' ,')} }`;
          const message = read(text);
          expect(message.kind).toBe('request');
          expect(message.params?.toString()).toBe(params);
          expect(message.bytes.toString('utf8', message.idStart, message.idEnd)).toBe(parts.id);
        },
      ),
    );
  });

  it('turns line breaks between tokens into spaces and leaves those in strings', () => {
    const { bytes } = read('{"jsonrpc":"2.0",\r\n"id":1,\n"method":"a\\nb"}\n');
    expect(bytes.toString()).toBe('{"jsonrpc":"2.0",  "id":1, "method":"a\\nb"} ');
  });
});

describe('readMessage', () => {
  it.each([
    ['request', '{"jsonrpc":"2.0","id":1,"method":"m"}'],
    ['notification', '{"jsonrpc":"2.0","method":"m"}'],
    ['response', '{"jsonrpc":"2.0","id":"x","result":null}'],
    ['response', '{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":""}}'],
    ['request', '{"jsonrpc":"2.0","id":1,"method":"m","extra":{"id":2,"method":"n"}}'],
    ['request', '{"jsonrpc":"2.0","\\u0069d":1,"method":"m"}'],
  ])('finds a %s in %s', (kind, text) => {
    expect(read(text).kind).toBe(kind);
  });

  it.each([
    ['shape', '[]'],
    ['shape', '{}'],
    ['shape', '1'],
    ['shape', '{"id":1,"method":"m"}'],
    ['shape', '{"jsonrpc":"1.0","id":1,"method":"m"}'],
    ['shape', '{"jsonrpc":"2.0","id":1}'],
    ['shape', '{"jsonrpc":"2.0","id":1,"result":1,"error":{}}'],
    ['shape', '{"jsonrpc":"2.0","id":1,"method":"m","result":1}'],
    ['id', '{"jsonrpc":"2.0","id":null,"method":"m"}'],
    ['id', '{"jsonrpc":"2.0","id":1.0,"method":"m"}'],
    ['id', '{"jsonrpc":"2.0","id":1e3,"method":"m"}'],
    ['id', '{"jsonrpc":"2.0","id":[1],"method":"m"}'],
    ['method', '{"jsonrpc":"2.0","id":1,"method":1}'],
    ['duplicate', '{"jsonrpc":"2.0","id":1,"id":2,"method":"m"}'],
    ['duplicate', '{"jsonrpc":"2.0","id":1,"ID":2,"method":"m"}'],
    ['duplicate', '{"jsonrpc":"2.0","id":1,"\\u0069d":2,"method":"m"}'],
    ['duplicate', '{"jsonrpc":"2.0","id":1,"method":"m","re\u017fult":2}'],
    ['duplicate', '{"jsonrpc":"2.0","id":1,"method":"m","x":1,"x":2}'],
    ['duplicate', '{"jsonrpc":"2.0","id":1,"method":"m","params":{"_meta":{},"a":1,"_meta":{}}}'],
    ['duplicate', '{"jsonrpc":"2.0","id":1,"method":"m","params":{"_Meta":{}}}'],
    ['duplicate', '{"jsonrpc":"2.0","id":1,"method":"m","params":{"_meta":{},"\\u005fmeta":{}}}'],
    ['duplicate', '{"jsonrpc":"2.0","id":1,"method":"m","params":{"\\u005fMETA":{}}}'],
    ['parse', '{"jsonrpc":"2.0","id":1,"method":"m"}{}'],
  ])('finds the fault %s in %s', (fault, text) => {
    const message = read(text);
    expect([message.kind, message.fault]).toEqual(['invalid', fault]);
  });

  it('finds `_meta` among the parameters, however it is written, and nowhere else', () => {
    const metaIn = (params: string) =>
      read(`{"jsonrpc":"2.0","id":1,"method":"m","params":${params}}`).meta?.toString();
    expect(metaIn('{"a":{"_meta":1}, "_meta" : {"b":[2]} ,"z":"_meta"}')).toBe('{"b":[2]}');
    expect(metaIn('{"\\u005f\\u006deta":{}}')).toBe('{}');
    expect(metaIn('{"arguments":{"_meta":{}},"_metaX":1,"x\\u005fmeta":1}')).toBeUndefined();
    expect(metaIn('["_meta"]')).toBeUndefined();
    expect(read('{"jsonrpc":"2.0","id":1,"method":"m","x":{"_meta":{}}}').meta).toBeUndefined();
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(readMessage(Buffer.from([0x22, 0xc3, 0x28, 0x22])).fault).toBe('encoding');
  });
});

describe('methodOf', () => {
  it('knows each method, escaped or not, and calls the rest other', () => {
    const of = (method: string) => methods[methodOf(read(`{"jsonrpc":"2.0","method":${method}}`))];
    for (const method of methods) expect(of(JSON.stringify(method))).toBe(method);
    expect(of('"tools\\/list"')).toBe('tools/list');
    expect(of('"tools/lisT"')).toBe('other');
    expect(of('"\\u005f_proto__"')).toBe('other');
  });
});

describe('findMember', () => {
  it('gives the bytes of a value, or says that readers would disagree', () => {
    const object = Buffer.from('{"a": {"b":1} ,"b" :[2],"c":3,"C":4}');
    expect(findMember(object, 'b')?.toString()).toBe('[2]');
    expect(findMember(object, 'c')).toBe('ambiguous');
    expect(findMember(object, 'd')).toBeUndefined();
    expect(findMember(Buffer.from('[1]'), 'a')).toBeUndefined();
  });
});

describe('writeReply', () => {
  it('writes exactly replyLength bytes, at the offset', () => {
    const request = read('{"method":"m","id":"\\u00e9","jsonrpc":"2.0"}');
    const value = Buffer.from('{"n":12345678901234567890}');
    const into = Buffer.alloc(3 + replyLength(request, 'result', value) + 1, '!');
    writeReply(into, 3, request, 'result', value);
    expect(into.toString()).toBe('!!!{"jsonrpc":"2.0","id":"\\u00e9","result":{"n":12345678901234567890}}!');
  });
});
