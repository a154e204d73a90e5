import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SseDecoder } from '../../src/wire/sse.ts';
import { amid, cutsOf, everyCut, piecesOf } from '../support/pieces.ts';

/** The events of a stream that arrives in these pieces, each amid stale bytes of the receive buffer. */
function decoded(pieces: readonly Buffer[], behind = ''): string[] {
  const decoder = new SseDecoder();
  const events: string[] = [];
  for (const piece of pieces) {
    const { buffer, start, end } = amid(piece, 'data: stale\n\n', behind);
    decoder.push(buffer, start, end, (data) => events.push(data));
  }
  return events;
}

const whole = (text: string) => decoded([Buffer.from(text)]);

const dataLine = fc.string({ unit: 'grapheme', maxLength: 8 }).map((text) => text.replace(/[\r\n]/g, ''));
const event = fc.record({
  data: fc.array(dataLine, { minLength: 1, maxLength: 3 }).filter((lines) => lines.join('') !== ''),
  before: fc.array(fc.constantFrom(': keep-alive', 'event: message', 'id: 7', 'retry: 10', ':', 'database: x'), {
    maxLength: 2,
  }),
  blank: fc.constantFrom(': or', ':'),
});
const streams = fc
  .tuple(fc.array(event, { maxLength: 4 }), fc.constantFrom('\n', '\r\n'), fc.constantFrom(' ', ''))
  .map(([events, end, space]) => ({
    expected: events.map(({ data }) => data.join('\n')),
    bytes: Buffer.from(
      events
        .map(({ data, before }) =>
          [...before, ...data.map((line) => `data:${line.startsWith(' ') ? ' ' : space}${line}`), '', ''].join(end),
        )
        .join(''),
    ),
  }));

describe('SseDecoder', () => {
  it('gives the data of every event, however the stream is cut', () => {
    fc.assert(
      fc.property(
        streams.chain((stream) => fc.tuple(fc.constant(stream), cutsOf(stream.bytes.length))),
        fc.constantFrom('', '\n\n', 'data: x\n\n'),
        ([{ bytes, expected }, cuts], behind) => {
          expect(decoded(piecesOf(bytes, cuts), behind)).toEqual(expected);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('keeps characters whole that a chunk cuts in half', () => {
    const bytes = Buffer.from(': ping\r\nevent: message\r\ndata: {"t":"é😀"}\r\ndata: ü\r\n\r\ndata: next\n\n');
    for (const cuts of everyCut(bytes)) expect(decoded(piecesOf(bytes, cuts))).toEqual(['{"t":"é😀"}\nü', 'next']);
  });

  it('takes one space behind the colon away, not two', () => {
    expect(whole('data:  x\n\ndata:y\n\n')).toEqual([' x', 'y']);
  });

  it('waits for the blank line', () => {
    expect(whole('data: x\n')).toEqual([]);
    expect(whole('data: x\nid: 1')).toEqual([]);
    expect(whole('\n\n: only a comment\n\nid: 4\n\n')).toEqual([]);
  });

  it('passes over the empty event with which a server lets its stream be resumed', () => {
    expect(whole('id: 1\nretry: 500\ndata: \n\nid: 2\ndata: {}\n\n')).toEqual(['{}']);
    expect(whole('data\n\ndata: x\ndata\ndata: y\n\n')).toEqual(['x\n\ny']);
  });
});
