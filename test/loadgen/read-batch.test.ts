import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { ReadBatch, type Reader } from '../../src/loadgen/read-batch.ts';
import type { StreamHandler } from '../../src/loadgen/stream.ts';

interface Told {
  readonly reader: number;
  readonly text: string;
  readonly at: number;
}

describe('ReadBatch', () => {
  let batch: ReadBatch;
  let told: Told[];

  beforeEach(() => {
    batch = new ReadBatch();
    told = [];
  });

  const readerOf = (reader: number): { handler: StreamHandler | undefined } => ({
    handler: {
      connected: () => undefined,
      data: (bytes, start, end, at) => void told.push({ reader, text: bytes.toString('latin1', start, end), at }),
      drained: () => undefined,
      closed: () => undefined,
    },
  });
  const read = (reader: Reader, text: string) => {
    batch.take(reader, batch.received.write(text, 'latin1'));
    batch.received.fill(0);
  };
  /** From now on reads are kept to the end of their turn. */
  const busy = async () => {
    for (const text of ['first', 'second']) read(readerOf(-1), text);
    await nextTurn();
    told = [];
  };

  it('hands a single read of a turn on at once', async () => {
    for (let turn = 0; turn < 3; turn++) {
      read(readerOf(turn), 'alone');
      expect(told.map(({ reader }) => reader)).toEqual([turn]);
      told = [];
      await nextTurn();
    }
  });

  it('keeps the reads of a turn behind one that brought several, each with its instant, until all have been made', async () => {
    await busy();
    const before = performance.now();
    read(readerOf(1), 'one');
    read(readerOf(2), 'two');
    const after = performance.now();
    expect(told).toEqual([]);
    await nextTurn();
    expect(told.map(({ reader, text }) => [reader, text])).toEqual([
      [1, 'one'],
      [2, 'two'],
    ]);
    expect(told[0].at).toBeGreaterThanOrEqual(before);
    expect(told[1].at).toBeGreaterThanOrEqual(told[0].at);
    expect(told[1].at).toBeLessThanOrEqual(after);
  });

  it('hands single reads on at once again behind a turn that brought one', async () => {
    await busy();
    read(readerOf(1), 'kept');
    expect(told).toEqual([]);
    await nextTurn();
    read(readerOf(1), 'at once');
    expect(told.map(({ text }) => text)).toEqual(['kept', 'at once']);
  });

  it('tells nothing to one that left in between', async () => {
    await busy();
    const leaving = readerOf(1);
    read(leaving, 'one');
    read(readerOf(2), 'two');
    leaving.handler = undefined;
    await nextTurn();
    expect(told.map(({ reader }) => reader)).toEqual([2]);
  });

  it('ends the turn when all was taken up, not before', async () => {
    await busy();
    const turn = batch.turn.ended;
    const seen: number[] = [];
    const reader = readerOf(1);
    reader.handler!.data = () => void seen.push(batch.turn.ended);
    read(reader, 'one');
    read(reader, 'two');
    await nextTurn();
    expect(seen).toEqual([turn, turn]);
    expect(batch.turn.ended).toBe(turn + 1);
  });

  it('loses and reorders nothing, however long and many the reads are', async () => {
    const reads = fc.record({
      reader: fc.nat(3),
      length: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 40_000 })),
    });
    const turns = fc.array(fc.array(reads, { maxLength: 80 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(turns, async (all) => {
        told = [];
        const readers = [0, 1, 2, 3].map(readerOf);
        const expected: [number, string][] = [];
        for (const turn of all) {
          for (const { reader, length } of turn) {
            const text = String.fromCharCode(33 + (expected.length % 90)).repeat(length);
            expected.push([reader, text]);
            read(readers[reader], text);
          }
          await nextTurn();
        }
        expect(told.map(({ reader, text }) => [reader, text])).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });
});
