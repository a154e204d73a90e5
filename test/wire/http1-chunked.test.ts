import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChunkedDecoder } from '../../src/wire/http1.ts';
import { amid, cutsOf, everyCut, piecesOf } from '../support/pieces.ts';

/** Feeds pieces as a connection does: what was not consumed comes again in front of the next piece. */
function decode(pieces: readonly Buffer[], behind = '') {
  const decoder = new ChunkedDecoder();
  const body: Buffer[] = [];
  let rest = Buffer.alloc(0);
  for (const piece of pieces) {
    const { buffer, start, end } = amid(Buffer.concat([rest, piece]), '5\r\n', behind);
    const consumed = decoder.push(buffer, start, end, (from, to) => body.push(Buffer.from(buffer.subarray(from, to))));
    if (consumed < 0) return { failed: true, done: decoder.done, body: '', rest: '' };
    expect(consumed).toBeGreaterThanOrEqual(start);
    expect(consumed).toBeLessThanOrEqual(end);
    rest = Buffer.from(buffer.subarray(consumed, end));
  }
  return { failed: false, done: decoder.done, body: Buffer.concat(body).toString(), rest: rest.toString() };
}

const chunk = fc.record({
  text: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((text) => Buffer.byteLength(text) > 0),
  upper: fc.boolean(),
  zeros: fc.constantFrom('', '0', '00'),
  extension: fc.constantFrom('', ';a=b', ' ; q="x"'),
});
const bodies = fc
  .tuple(fc.array(chunk, { maxLength: 5 }), fc.array(fc.constantFrom('X: y\r\n', 'Digest: 0\r\n'), { maxLength: 2 }))
  .map(([chunks, trailers]) => ({
    text: chunks.map(({ text }) => text).join(''),
    bytes: Buffer.from(`${chunks.map(encoded).join('')}0\r\n${trailers.join('')}\r\n`),
  }));

function encoded({
  text,
  upper,
  zeros,
  extension,
}: {
  text: string;
  upper: boolean;
  zeros: string;
  extension: string;
}) {
  const size = Buffer.byteLength(text).toString(16);
  return `${zeros}${upper ? size.toUpperCase() : size}${extension}\r\n${text}\r\n`;
}

describe('ChunkedDecoder', () => {
  it('gives the body back, however the bytes are cut, and leaves what follows alone', () => {
    fc.assert(
      fc.property(
        bodies.chain((body) => fc.tuple(fc.constant(body), cutsOf(body.bytes.length))),
        fc.constantFrom('', '\r\n', '0\r\n\r\n'),
        fc.constantFrom('', 'HTTP/1.1 200 OK\r\n'),
        ([{ text, bytes }, cuts], behind, next) => {
          const pieces = [...piecesOf(bytes, cuts), Buffer.from(next)];
          expect(decode(pieces, behind)).toEqual({ failed: false, done: true, body: text, rest: next });
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is done at the last byte and not before, cut anywhere', () => {
    const bytes = Buffer.from('4;x=1\r\nWi\r\n\r\n1E\r\npedia in chunks, 30 bytes long\r\n0\r\nX: y\r\n\r\n');
    for (const cuts of everyCut(bytes)) {
      expect(decode(piecesOf(bytes, cuts))).toMatchObject({ done: true, body: 'Wi\r\npedia in chunks, 30 bytes long' });
    }
    for (let known = 0; known < bytes.length; known++)
      expect(decode([bytes.subarray(0, known)], bytes.toString('latin1', known)).done).toBe(false);
  });

  it.each(['x\r\n', '\r\n', '-1\r\n', '123456789\r\n', '3\r\nabcd\r\n', '3\r\nabc0\r\n\r\n', '0x3\r\nabc\r\n'])(
    '%j is a framing error',
    (text) => {
      expect(decode([Buffer.from(text)]).failed).toBe(true);
    },
  );

  it('gives up a line without end', () => {
    const decoder = new ChunkedDecoder();
    const bytes = Buffer.alloc(9000, '1;x');
    expect(decoder.push(bytes, 0, 8000, () => undefined)).toBe(0);
    expect(decoder.push(bytes, 0, 9000, () => undefined)).toBe(-1);
  });

  it('never throws nor goes back, on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.constantFrom('', '5\r\n', '0\r\n'), (tail, lead) => {
        const bytes = Buffer.concat([Buffer.from(lead), tail]);
        const consumed = new ChunkedDecoder().push(bytes, 0, bytes.length, (from, to) =>
          expect(to).toBeGreaterThan(from),
        );
        expect(consumed).toBeGreaterThanOrEqual(-1);
        expect(consumed).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });
});
