import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeLine, isBlankLine, LineReader } from '../../src/wire/lines.ts';
import { amid, cutsOf, piecesOf } from '../support/pieces.ts';

/** Feeds pieces as a connection does: what was not consumed comes again in front of the next piece. */
function linesOf(pieces: readonly Buffer[], behind: string): string[] {
  const reader = new LineReader();
  const lines: string[] = [];
  let rest = Buffer.alloc(0);
  for (const piece of pieces) {
    const { buffer, start, end } = amid(Buffer.concat([rest, piece]), 'stale\n', behind);
    let at = start;
    for (let feed = reader.endOf(buffer, at, end); feed >= 0; feed = reader.endOf(buffer, at, end)) {
      lines.push(buffer.toString('utf8', at, feed));
      at = feed + 1;
    }
    rest = Buffer.from(buffer.subarray(at, end));
  }
  return lines;
}

const line = fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => text.replaceAll('\n', ''));
const streams = fc.array(line, { maxLength: 6 }).map((lines) => ({
  lines,
  bytes: Buffer.from(lines.map((text) => `${text}\n`).join('')),
}));

describe('LineReader', () => {
  it('gives every line, however the bytes are cut', () => {
    fc.assert(
      fc.property(
        streams.chain((stream) => fc.tuple(fc.constant(stream), cutsOf(stream.bytes.length))),
        fc.constantFrom('', '\n', 'stale\n'),
        ([{ lines, bytes }, cuts], behind) => {
          expect(linesOf(piecesOf(bytes, cuts), behind)).toEqual(lines);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('searches a long line once, not once for every piece of it', () => {
    const reader = new LineReader();
    const bytes = Buffer.alloc(1000, 'x');
    expect(reader.endOf(bytes, 0, 900)).toBe(-1);
    bytes[10] = 0x0a;
    expect(reader.endOf(bytes, 0, 1000), 'what was searched is not searched again').toBe(-1);
  });
});

describe('encodeLine', () => {
  it('makes one line of any JSON, and the same value', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(' ', '\n', '\r\n'), (json, space) => {
        const text = JSON.stringify(JSON.parse(json), null, space);
        const bytes = encodeLine(text.replaceAll('\n', space === '\r\n' ? '\r\n' : '\n'));
        expect(bytes.indexOf('\n')).toBe(bytes.length - 1);
        expect(bytes.includes('\r')).toBe(false);
        expect(JSON.parse(bytes.toString())).toEqual(JSON.parse(json));
      }),
    );
  });
});

describe('isBlankLine', () => {
  it.each([
    ['', true],
    ['\r', true],
    ['{', false],
    [' \r', false],
  ])('%j: %s', (text, blank) => {
    expect(isBlankLine(Buffer.from(`x${text}y`), 1, 1 + text.length)).toBe(blank);
  });
});
