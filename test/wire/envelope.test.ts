import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EnvelopeReader, encodeEnvelope } from '../../src/wire/envelope.ts';
import { objectText, stringText, valueText } from '../support/json-text.ts';
import { amid } from '../support/pieces.ts';

const reader = new EnvelopeReader();

function messageIn(text: string, before = '', behind = ''): string {
  const { buffer, start, end } = amid(Buffer.from(text), before, behind);
  reader.read(buffer, start, end);
  return buffer.toString('utf8', reader.start, reader.end);
}

const payload = objectText([['"jsonrpc"', '"2.0"']]);
const member = fc.tuple(
  stringText.filter((key) => key !== '"mcp_payload"'),
  valueText,
);

describe('EnvelopeReader', () => {
  it('finds the message in any envelope, whatever stands around it', () => {
    const envelope = fc
      .tuple(payload, fc.array(member, { maxLength: 4 }))
      .chain(([message, others]) =>
        fc.tuple(fc.constant(message), objectText([['"mcp_payload"', message], ...others])),
      );
    fc.assert(
      fc.property(
        envelope,
        fc.constantFrom('', '{"x":', '}'),
        fc.constantFrom('', '}', ',"y":1}'),
        ([message, text], a, b) => {
          expect(messageIn(text, a, b)).toBe(message);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('takes everything else for a message without one', () => {
    fc.assert(
      fc.property(
        objectText([
          ['"jsonrpc"', '"2.0"'],
          ['"result"', '{"mcp_payload":{}}'],
        ]),
        (text) => {
          expect(messageIn(text)).toBe(text);
        },
      ),
    );
  });

  it.each([
    '',
    '{',
    '[]',
    '{"mcp_payload":{}',
    '{"mcp_payload":7}',
    '{"mcp_payload":{"id":1,"result":}',
    'x{"mcp_payload":{}}',
  ])('leaves %j alone', (text) => expect(messageIn(text, '', '}')).toBe(text));

  it('never throws, on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const text = Buffer.concat([Buffer.from('{"mcp_payload":{"'), bytes]);
        reader.read(text, 0, text.length);
        expect(reader.start).toBeLessThanOrEqual(reader.end);
      }),
    );
  });
});

describe('encodeEnvelope', () => {
  it('is read as it was written', () => {
    const text = encodeEnvelope('7', '{"id":7}', '2026-01-01T00:00:00Z', 'a"b');
    expect(JSON.parse(text)).toEqual({
      ...{ id: 7, timestamp: '2026-01-01T00:00:00Z', source: 'mcpb', auth_token: 'a"b' },
      mcp_payload: { id: 7 },
    });
    expect(messageIn(text)).toBe('{"id":7}');
  });
});
