import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { FedConnection } from '../support/fed-connection.ts';
import { cutsOf, everyCut, piecesOf } from '../support/pieces.ts';

/** A framing as a peer writes it. */
export interface FramingCase {
  readonly name: string;
  /** A connection that is ready for messages. */
  open(): FedConnection;
  /** One message as it stands on the wire, with whatever may stand around it. */
  readonly frame: (message: string) => fc.Arbitrary<Buffer>;
  /** The plain frame. */
  readonly plain: (message: string) => Buffer;
  /** Beginnings of frames that announce more than anybody sends. */
  readonly hostile: readonly Buffer[];
}

/** Lengths at which a header changes its form, or a buffer its size. */
const lengths = [2, 124, 125, 126, 127, 128, 65_534, 65_535, 65_536, 65_537];
const messageOf = (length: number): string => `"${'x'.repeat(Math.max(0, length - 2))}"`;
const message = fc.oneof(
  fc.constantFrom(...lengths).map(messageOf),
  fc.string({ unit: 'grapheme', maxLength: 300 }).map((text) => JSON.stringify(text)),
);

/** What every framing makes of bytes, whoever sends them and however they come. */
export function framingContract({ name, open, frame, plain, hostile }: FramingCase): void {
  describe(`${name}: any framing`, () => {
    const stream = fc
      .array(message, { maxLength: 6 })
      .chain((messages) => fc.tuple(fc.constant(messages), fc.tuple(...messages.map(frame))))
      .map(([messages, frames]) => ({ messages, bytes: Buffer.concat(frames) }));

    it('gives the same messages, however the bytes are cut', () => {
      fc.assert(
        fc.property(
          stream.chain((sent) => fc.tuple(fc.constant(sent), cutsOf(sent.bytes.length))),
          ([{ messages, bytes }, cuts]) => {
            const fed = open().feed(...piecesOf(bytes, cuts));
            expect(fed.messages).toEqual(messages);
            expect(fed.end).toBeUndefined();
            expect(fed.hangUp().end).toBe('lost');
          },
        ),
        { numRuns: 300 },
      );
    });

    it('gives them cut at every single place', () => {
      const bytes = Buffer.concat([plain('{"é":1}'), plain(messageOf(126)), plain('[]')]);
      for (const cuts of everyCut(bytes)) {
        expect(open().feed(...piecesOf(bytes, cuts)).messages).toEqual(['{"é":1}', messageOf(126), '[]']);
      }
    });

    it('gives a message with its last byte and not before', () => {
      for (const length of lengths) {
        const bytes = plain(messageOf(length));
        const fed = open().feed(bytes.subarray(0, -1));
        expect(fed.messages).toEqual([]);
        expect(fed.feed(bytes.subarray(-1)).messages).toEqual([messageOf(length)]);
      }
    });

    it('loses what is cut short, and nothing else', () => {
      const bytes = Buffer.concat([plain('[1]'), plain(messageOf(200))]);
      for (let length = plain('[1]').length; length < bytes.length; length++) {
        const fed = open().feed(bytes.subarray(0, length)).hangUp();
        expect(fed.messages).toEqual(['[1]']);
        expect(fed.end).toBe('lost');
      }
    });

    it('survives every damage: a message more or less, never an exception, nothing behind the end', () => {
      const damaged = fc
        .tuple(stream, fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 5 }))
        .chain(([{ bytes }, changes]) => {
          const broken = Buffer.from(bytes.length === 0 ? [0] : bytes);
          for (const [at, byte] of changes) broken[at % broken.length] = byte;
          return fc.tuple(fc.constant(broken), cutsOf(broken.length));
        });
      fc.assert(
        fc.property(damaged, ([bytes, cuts]) => {
          expect(['lost', 'protocol']).toContain(
            open()
              .feed(...piecesOf(bytes, cuts))
              .hangUp().end,
          );
        }),
        { numRuns: 300 },
      );
    });

    it('survives bytes that are no protocol at all', () => {
      fc.assert(
        fc.property(fc.array(fc.uint8Array({ maxLength: 80 }), { maxLength: 6 }), (pieces) => {
          expect(['lost', 'protocol']).toContain(
            open()
              .feed(...pieces)
              .hangUp().end,
          );
        }),
        { numRuns: 500 },
      );
    });

    it('reserves nothing for what is announced only', () => {
      const reserved = [
        vi.spyOn(Buffer, 'alloc'),
        vi.spyOn(Buffer, 'allocUnsafe'),
        vi.spyOn(Buffer, 'allocUnsafeSlow'),
      ];
      try {
        for (const bytes of hostile) {
          const fed = open();
          for (const spy of reserved) spy.mockClear();
          fed.feed(bytes, Buffer.from('x'));
          const sizes = reserved.flatMap(({ mock }) => mock.calls.map(([size]) => size));
          expect(Math.max(0, ...sizes)).toBeLessThanOrEqual(1024);
        }
      } finally {
        for (const spy of reserved) spy.mockRestore();
      }
    });
  });
}
