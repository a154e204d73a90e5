import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventKind, SseDecoder } from '../../src/wire/sse.ts';
import { amid, cutsOf, everyCut, piecesOf } from '../support/pieces.ts';

interface Event {
  readonly kind: EventKind;
  readonly data: string;
}

/** The events of a stream that arrives in these pieces, each amid stale bytes of one receive buffer. */
function eventsOf(pieces: readonly Buffer[], behind = ''): Event[] {
  const events: Event[] = [];
  const decoder = new SseDecoder({
    event: (kind, bytes, start, end) => events.push({ kind, data: bytes.toString('utf8', start, end) }),
  });
  for (const piece of pieces) {
    const { buffer, start, end } = amid(piece, 'data: stale\n\n', behind);
    decoder.push(buffer, start, end, 0);
    buffer.fill('\n');
  }
  return events;
}

const dataOf = (pieces: readonly Buffer[], behind = '') => eventsOf(pieces, behind).map(({ data }) => data);
const whole = (text: string) => dataOf([Buffer.from(text)]);

const dataLine = fc.string({ unit: 'grapheme', maxLength: 8 }).map((text) => text.replace(/[\r\n]/g, ''));
const event = fc.record({
  data: fc.array(dataLine, { minLength: 1, maxLength: 3 }).filter((lines) => lines.join('') !== ''),
  before: fc.array(fc.constantFrom(': keep-alive', 'id: 7', 'retry: 10', ':', 'database: x', 'events', ' data: x'), {
    maxLength: 2,
  }),
  name: fc.constantFrom(undefined, 'message', 'endpoint', 'ping', ''),
});
const kinds = new Map<string | undefined, EventKind>([
  ['endpoint', EventKind.endpoint],
  ['ping', EventKind.other],
]);
const lineEnd = fc.constantFrom('\n', '\r\n', '\r');

/** Streams whose lines end as they like, each in its own way. */
const streams = fc
  .tuple(fc.array(event, { maxLength: 4 }), fc.array(lineEnd, { minLength: 1, maxLength: 9 }), fc.boolean())
  .map(([events, ends, mark]) => {
    const lines = events.flatMap(({ data, before, name }) => [
      ...before,
      ...(name === undefined ? [] : [`event: ${name}`]),
      ...data.map((line) => `data: ${line}`),
      '',
    ]);
    const text = lines.map((line, i) => line + safeEnd(ends[i % ends.length], ends[(i + 1) % ends.length])).join('');
    return {
      expected: events.map(({ data, name }) => ({ kind: kinds.get(name) ?? EventKind.message, data: data.join('\n') })),
      bytes: Buffer.from((mark ? '\uFEFF' : '') + text),
    };
  });

/** CR and a LF of the next, empty line would be one line end. */
function safeEnd(end: string, next: string): string {
  return end === '\r' && next === '\n' ? '\r\n' : end;
}

describe('SseDecoder', () => {
  it('gives the data of every event, however the lines end and the stream is cut', () => {
    fc.assert(
      fc.property(
        streams.chain((stream) => fc.tuple(fc.constant(stream), cutsOf(stream.bytes.length))),
        fc.constantFrom('', '\n\n', '\r', 'data: x\n\n'),
        ([{ bytes, expected }, cuts], behind) => {
          expect(eventsOf(piecesOf(bytes, cuts), behind)).toEqual(expected);
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each(['\n', '\r\n', '\r'])(
    'keeps characters whole that a chunk cuts in half, with lines that end in %j',
    (end) => {
      const lines = [': ping', 'event: message', 'data: {"t":"é😀"}', 'data: ü', '', 'data: next', '', ''];
      const bytes = Buffer.from(`\uFEFF${lines.join(end)}`);
      for (const cuts of everyCut(bytes)) expect(dataOf(piecesOf(bytes, cuts))).toEqual(['{"t":"é😀"}\nü', 'next']);
    },
  );

  it('gives an event with the byte that completes its blank line, not with a later one', () => {
    expect(whole('data: x\r\n\r')).toEqual(['x']);
    expect(whole('data: x\r\r')).toEqual(['x']);
    expect(whole('data: x\r\n')).toEqual([]);
    expect(dataOf([Buffer.from('data: x\r\n\r'), Buffer.from('\ndata: y\n\n')])).toEqual(['x', 'y']);
  });

  it('knows the events of the deprecated transport by their names', () => {
    expect(eventsOf([Buffer.from('event: endpoint\ndata: /m?s=1\n\nevent:x\ndata: y\n\ndata: z\n\n')])).toEqual([
      { kind: EventKind.endpoint, data: '/m?s=1' },
      { kind: EventKind.other, data: 'y' },
      { kind: EventKind.message, data: 'z' },
    ]);
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

  it('takes a byte order mark away at the beginning only', () => {
    expect(whole('\uFEFFdata: x\n\n\uFEFFdata: y\n\n')).toEqual(['x']);
  });

  it('tells how much it keeps of what is not complete', () => {
    const decoder = new SseDecoder({ event: () => undefined });
    const feed = (text: string) => decoder.push(Buffer.from(text), 0, text.length, 0);
    feed('data: 12345\ndata: 123');
    expect(decoder.pending).toBe(5 + 'data: 123'.length);
    feed('\n\n');
    expect(decoder.pending).toBe(0);
  });

  it('never throws and keeps no more than came in, on any bytes', () => {
    const bytes = fc.array(fc.oneof(fc.uint8Array({ maxLength: 20 }), fc.constantFrom(...fragments)), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(bytes, (chunks) => {
        const decoder = new SseDecoder({ event: () => undefined });
        let total = 0;
        for (const chunk of chunks) {
          decoder.push(Buffer.from(chunk), 0, chunk.length, 0);
          total += chunk.length;
          expect(decoder.pending).toBeLessThanOrEqual(total);
        }
      }),
    );
  });
});

const fragments = ['data', 'data:', 'event: endpoint', '\r', '\n', '\r\n\r\n', ':', '\uFEFF'].map((text) =>
  Buffer.from(text),
);
