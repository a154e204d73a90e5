import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineDecoder } from '../../src/gateway/line-decoder.ts';
import { cutsOf, piecesOf } from '../support/pieces.ts';

/** Decodes `chunks`, refusing further lines after those at `stops` until all chunks have come. */
function decode(chunks: readonly Buffer[], maxLine: number, stops: readonly number[] = []) {
  const lines: Buffer[] = [];
  let stopped = false;
  let ended = false;
  const decoder = new LineDecoder(
    {
      line: (line) => {
        expect(stopped || ended).toBe(false);
        stopped = stops.includes(lines.length);
        lines.push(line);
        return !stopped;
      },
      tooLong: () => {
        ended = true;
      },
    },
    maxLine,
  );
  for (const chunk of chunks) if (!ended) decoder.push(chunk);
  while (stopped && !ended) {
    stopped = false;
    decoder.goOn();
  }
  return { lines: lines.map(String), ended, incomplete: decoder.incomplete };
}

/** Each in a buffer of its own, as a socket hands them out. */
const received = (bytes: Buffer, cuts: readonly number[]): Buffer[] =>
  piecesOf(bytes, cuts).map((piece) => Buffer.from(piece));

const line = fc.string({ minLength: 1, maxLength: 300 }).map((text) => `>${text.replace(/[\r\n]/g, ' ')}`);

describe('LineDecoder', () => {
  it('finds the same lines however the stream is cut, and wherever the reader stops for a while', () => {
    const stream = fc
      .array(line, { minLength: 1, maxLength: 8 })
      .chain((lines) => fc.tuple(fc.constant(lines), cutsOf(Buffer.byteLength(lines.join('\n')) + 1)));
    const stops = fc.array(fc.nat({ max: 7 }), { maxLength: 3 });
    fc.assert(
      fc.property(stream, stops, ([lines, cuts], stopped) => {
        const bytes = Buffer.from(`${lines.join('\n')}\n`);
        expect(decode(received(bytes, cuts), 4096, stopped)).toEqual({ lines, ended: false, incomplete: false });
      }),
    );
  });

  it('ends at a line over its limit, not before, whether the end of the line comes or not', () => {
    const lengths = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(
        lengths,
        lengths,
        fc.boolean(),
        fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
        (max, length, whole, sizes) => {
          const bytes = Buffer.from(`a\n${'x'.repeat(length)}${whole ? '\n' : ''}`);
          const cuts: number[] = [];
          for (let at = sizes.next().value; at < bytes.length; at += sizes.next().value) cuts.push(at);
          const { ended, lines } = decode(received(bytes, cuts), max);
          expect(ended).toBe(length > max);
          expect(lines[0]).toBe('a');
          expect(lines.length).toBe(whole && !ended ? 2 : 1);
        },
      ),
    );
  });
});
