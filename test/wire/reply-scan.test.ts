import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MessageKind, mentionsIsError, ReplyScanner } from '../../src/wire/reply-scan.ts';
import { objectText, stringText, valueText } from '../support/json-text.ts';
import { amid } from '../support/pieces.ts';

const scanner = new ReplyScanner();

function scan(text: string, before = '', after = '') {
  const { buffer, start, end } = amid(Buffer.from(text), before, after);
  const kind = scanner.scan(buffer, start, end);
  return { kind, id: scanner.id, foreignId: scanner.foreignId };
}

type Members = Readonly<Record<string, unknown>>;

/** What the message is according to JSON.parse. */
function parsedKind(message: Members): MessageKind {
  const hasId = message.id !== undefined && message.id !== null;
  if ('method' in message) return hasId ? MessageKind.request : MessageKind.notification;
  if ('result' in message) return MessageKind.result;
  return 'error' in message ? MessageKind.error : MessageKind.malformed;
}

const plainId = fc.oneof(
  fc.integer({ min: 1_000_000_000, max: 1_999_999_999 }),
  fc.nat(),
  fc.constantFrom(0, Number.MAX_SAFE_INTEGER),
);
const foreignId = fc.oneof(
  stringText,
  fc.constantFrom('-1', '1.5', '1000000000.0', '1e9', '1E9', '10000000000000000', '12345678901234567890', 'true', '{}'),
);
const idText = fc.oneof(plainId.map(String), foreignId, fc.constant('null'), fc.constant(undefined));
const extraKey = fc.oneof(
  fc.constantFrom('"_meta"', '"ID"', '"ids"', '"i"', '"errors"', '"Result"', '"methodology"', '""'),
  stringText.filter((key) => !/^"(id|method|result|error)"$/.test(key)),
);

const message = fc
  .tuple(
    idText,
    fc.constantFrom('"result"', '"error"', '"method"', undefined),
    valueText,
    fc.array(fc.tuple(extraKey, valueText), { maxLength: 3 }),
  )
  .chain(([id, key, value, extra]) =>
    fc.tuple(
      fc.constant(id),
      objectText([
        ['"jsonrpc"', '"2.0"'],
        ...(id === undefined ? [] : [['"id"', id] as const]),
        ...(key === undefined ? [] : [[key, value] as const]),
        ...extra,
      ]),
    ),
  );

/** `{"jsonrpc":"2.0","id":…,"result"|"error":…}` without a space: what most servers write. */
const commonMessage = fc
  .tuple(plainId, fc.constantFrom('result', 'error'), valueText)
  .map(([id, key, value]) => `{"jsonrpc":"2.0","id":${id},"${key}":${value}}`);

describe('kind and id of whole messages', () => {
  it('agree with JSON.parse, whatever the order, the spacing and what is nested', () => {
    fc.assert(
      fc.property(message, fc.constantFrom('', '}', '{"id":1}'), fc.constantFrom('', '}', '",'), ([id, text], a, b) => {
        const isPlain = id !== undefined && /^\d{1,15}$|^9007199254740991$/.test(id);
        expect(scan(text, a, b)).toEqual({
          kind: parsedKind(JSON.parse(text)),
          id: isPlain ? JSON.parse(id) : -1,
          foreignId: id !== undefined && id !== 'null' && !isPlain,
        });
      }),
      { numRuns: 2000 },
    );
  });

  it('agree in the common layout', () => {
    fc.assert(
      fc.property(commonMessage, (text) => {
        const parsed = JSON.parse(text) as Members;
        expect(scan(text)).toEqual({ kind: parsedKind(parsed), id: parsed.id, foreignId: false });
      }),
    );
  });

  it('are those of this message, not of the one before', () => {
    scan('{"jsonrpc":"2.0","id":5,"result":{}}');
    expect(scan('{"jsonrpc":"2.0","method":"x"}')).toEqual({
      kind: MessageKind.notification,
      id: -1,
      foreignId: false,
    });
    scan('{"id":"a","result":{}}');
    expect(scan('{"jsonrpc":"2.0","id":5,"result":{}}').foreignId).toBe(false);
  });

  it.each([
    ['{"jsonrpc":"2.0","result":{"id":9,"error":{"id":8}},"id":4}', MessageKind.result, 4],
    ['{"jsonrpc":"2.0","result":{"id":9}}', MessageKind.result, -1],
    ['{"error":{"code":-1,"message":"\\"id\\":3}"},"id":null,"jsonrpc":"2.0"}', MessageKind.error, -1],
    ['{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"x"}}', MessageKind.error, -1],
    ['{"jsonrpc":"2.0","id":3,"method":"ping"}', MessageKind.request, 3],
    ['{"jsonrpc":"2.0","id":12,"params":{"result":1},"method":"sampling/createMessage"}', MessageKind.request, 12],
    ['{"jsonrpc":"2.0","id":3}', MessageKind.malformed, 3],
    ['  {"jsonrpc":"2.0","id":3,"result":{}}\r\n', MessageKind.result, 3],
  ])('%s', (text, kind, id) => {
    expect(scan(text)).toMatchObject({ kind, id });
  });
});

describe('damaged messages', () => {
  it('cut short, they are malformed wherever they are walked, and whatever stands behind them', () => {
    fc.assert(
      fc.property(message, fc.nat(), fc.constantFrom('', '}', '}}}', ',"id":1}', '"}'), ([, text], cut, behind) => {
        const whole = Buffer.from(text);
        const { buffer, start, end } = amid(whole.subarray(0, cut % whole.length), '', behind);
        fc.pre(!buffer.subarray(0, end).toString('latin1').startsWith('{"jsonrpc":"2.0","id":'));
        expect(scanner.scan(buffer, start, end)).toBe(MessageKind.malformed);
      }),
      { numRuns: 2000 },
    );
  });

  it('in the common layout a missing last brace is seen unless another one ends the bytes', () => {
    fc.assert(
      fc.property(commonMessage, fc.nat(), (text, cut) => {
        const whole = Buffer.from(text);
        const part = whole.subarray(0, cut % whole.length);
        fc.pre(!part.toString('latin1').trim().endsWith('}'));
        expect(scanner.scan(part, 0, part.length)).toBe(MessageKind.malformed);
      }),
    );
  });

  it.each([
    '',
    '   ',
    '{}x',
    '{}',
    '[]',
    '[{"jsonrpc":"2.0","id":1,"result":{}}]',
    '"{}"',
    'garbage}',
    '{"id" 1,"result":{}}',
    '{id:1,"result":{}}',
    '{"id":1,"result":{}}}',
    '{"id":1,"result":{}}{"id":2,"result":{}}',
    '{"id":1,"result":"}',
  ])('%s is malformed', (text) => {
    expect(scan(text).kind).toBe(MessageKind.malformed);
  });

  it('never throws, on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const text = Buffer.concat([Buffer.from('{"'), bytes, Buffer.from('}')]);
        expect(Object.values(MessageKind)).toContain(scanner.scan(text, 0, text.length));
      }),
    );
  });
});

describe('mentionsIsError', () => {
  it('sees the key anywhere in its range and nowhere else', () => {
    fc.assert(
      fc.property(fc.nat({ max: 4000 }), fc.nat({ max: 4000 }), (before, after) => {
        const { buffer, start, end } = amid(Buffer.from('"isError"'), ' '.repeat(before), ' '.repeat(after));
        expect(mentionsIsError(buffer, 0, buffer.length)).toBe(true);
        expect(mentionsIsError(buffer, start, end)).toBe(true);
        expect(mentionsIsError(buffer, start + 1, buffer.length)).toBe(false);
        expect(mentionsIsError(buffer, 0, end - 1)).toBe(false);
      }),
    );
  });
});
