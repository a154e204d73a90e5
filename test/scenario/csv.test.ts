import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { parseCsv } from '../../src/scenario/csv.ts';

const fieldsOf = (text: string): (readonly string[])[] => {
  const { records, fault } = parseCsv(text);
  expect(fault).toBeUndefined();
  return records.map(({ fields }) => fields);
};

/** Written as RFC 4180 has it, quoted only where it must be or where `quote` says so. */
function encode(records: readonly (readonly string[])[], quote: boolean, lineEnd: string): string {
  const field = (text: string): string =>
    quote || text === '' || /[",\r\n\uFEFF]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  return records.map((record) => record.map(field).join(',') + lineEnd).join('');
}

const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('"', ',', '\r', '\n', 'a', ' ', 'ä') }));
const records = fc
  .integer({ min: 1, max: 5 })
  .chain((width) => fc.array(fc.array(text, { minLength: width, maxLength: width }), { maxLength: 8 }));

describe('what was written is read', () => {
  it.each(['\r\n', '\n'])('with lines that end in %j', (lineEnd) => {
    fc.assert(
      fc.property(records, fc.boolean(), fc.boolean(), (written, quote, bom) => {
        expect(fieldsOf((bom ? '\uFEFF' : '') + encode(written, quote, lineEnd))).toEqual(written);
      }),
    );
  });

  it('without an end of the last line', () => {
    fc.assert(
      fc.property(records, (written) => {
        expect(fieldsOf(encode(written, false, '\n').replace(/\n$/, ''))).toEqual(written);
      }),
    );
  });

  it('with the line each record begins in', () => {
    fc.assert(
      fc.property(records, (written) => {
        let line = 1;
        const lines = written.map((record) => {
          const at = line;
          line += 1 + record.join('').split('\n').length - 1;
          return at;
        });
        expect(parseCsv(encode(written, true, '\n')).records.map((record) => record.line)).toEqual(lines);
      }),
    );
  });
});

test.each([
  ['a,b,', [['a', 'b', '']]],
  [',', [['', '']]],
  ['""', [['']]],
  ['a\n\n\nb\n', [['a'], ['b']]],
  ['\r\n', []],
  ['', []],
  ['a\rb\n', [['a\rb']]],
  [' a , "b"\n'.replace(' "b"', '"b"'), [[' a ', 'b']]],
])('%j', (written, fields) => {
  expect(fieldsOf(written)).toEqual(fields);
});

test.each([
  ['a\nb "c"\n', 2, 'a quote stands inside a field'],
  ['a\n"b" \n', 2, 'text follows a closing quote'],
  ['a\n"b\nc"d\n', 3, 'text follows a closing quote'],
  ['a\nb\n"c\nd\n', 3, 'a quote is never closed'],
])('%j is not CSV', (written, line, message) => {
  expect(parseCsv(written).fault).toEqual({ line, message });
});

test('a text that was cut off anywhere ends', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('"', ',', '\r', '\n', 'a') }), (written) => {
      const { records: read, fault } = parseCsv(written);
      expect(read.length).toBeLessThanOrEqual(written.length + 1);
      if (fault) expect(fault.line).toBeGreaterThanOrEqual(1);
    }),
  );
});
