import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ExchangeOwner } from '../../src/loadgen/exchanges.ts';
import { collectGarbage } from '../../src/loadgen/garbage.ts';
import { ReadBatch, type Reader, readBatch } from '../../src/loadgen/read-batch.ts';
import { type StreamHandler, streamsFor } from '../../src/loadgen/stream.ts';
import { planOf, startEngine } from '../support/engine.ts';
import { overTls } from '../support/servers/over-tls.ts';
import { serve } from '../support/servers/serve.ts';
import { startTcpServer } from '../support/servers/tcp.ts';

const handlerOf = (data: StreamHandler['data']): StreamHandler => ({
  connected: () => undefined,
  data,
  drained: () => undefined,
  closed: () => undefined,
});

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
    handler: handlerOf((bytes, start, end, at) => {
      told.push({ reader, text: bytes.toString('latin1', start, end), at });
    }),
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

  it('takes up at once what came in another way, behind what it keeps', async () => {
    await busy();
    read(readerOf(1), 'kept');
    const other = Buffer.from('at once');
    batch.takeAtOnce(readerOf(2), other, other.length, 7);
    expect(told.map(({ text }) => text)).toEqual(['kept', 'at once']);
    expect(told[1].at).toBe(7);
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

  it('takes up what others were sent all the same where one throws, and tells whose exchanges ended', async () => {
    await busy();
    const ended: number[] = [];
    const owner = (number: number): ExchangeOwner => ({
      ...{ number, step: 0, capture: () => undefined, captured: () => undefined },
      ended: () => void ended.push(number),
    });
    const failing = readerOf(1);
    failing.handler!.data = (_bytes, _start, _end, at) => {
      batch.endings.tell(owner(1), true, at);
      throw new Error('a fault of ours');
    };
    read(failing, 'one');
    read(readerOf(2), 'two');
    expect(() => batch.flush()).toThrow('a fault of ours');
    expect([told.map(({ text }) => text), ended]).toEqual([['two'], [1]]);
    expect(() => batch.takeAtOnce(failing, Buffer.from('x'), 1, 7)).toThrow('a fault of ours');
    batch.endings.tell(owner(2), true, 8);
    expect(ended, 'told at once: nothing is being taken up').toEqual([1, 1, 2]);
  });

  it('keeps no reader whose bytes were taken up', async () => {
    await busy();
    const readers = (() => {
      const all = [1, 2, 3].map(readerOf);
      for (const one of all) read(one, 'kept');
      return all.map((one) => new WeakRef(one));
    })();
    await nextTurn();
    expect(told).toHaveLength(3);
    await nextTurn();
    collectGarbage();
    expect(readers.map((one) => one.deref())).toEqual([undefined, undefined, undefined]);
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

describe('everything else that happens', () => {
  /** What happened, in order; the batch was empty where `flush` precedes it. */
  function history(target: string) {
    const [scenario] = planOf({ target }).scenarios;
    const happened: string[] = [];
    const note = (what: string) => () => void happened.push(what);
    const flush = readBatch.flush.bind(readBatch);
    const spy = vi.spyOn(readBatch, 'flush').mockImplementation(() => {
      happened.push('flush');
      flush();
    });
    onTestFinished(() => spy.mockRestore());
    const ended = Promise.withResolvers<void>();
    const observer = { connected: note('tcp'), secured: note('tls'), broken: note('broken') };
    const stream = streamsFor(scenario, observer)(
      {
        connected: () => {
          happened.push('connected');
          stream.write(Buffer.from('x\n'));
        },
        data: note('data'),
        drained: () => undefined,
        closed: () => {
          happened.push('closed');
          ended.resolve();
        },
      },
      undefined,
    );
    return { happened, ended: ended.promise };
  }
  const silent = { instead: () => undefined };

  it.each([
    ['a connection', startTcpServer, ['flush', 'tcp', 'connected', 'flush', 'closed']],
    ['one over TLS', overTls(startTcpServer), ['flush', 'tcp', 'flush', 'tls', 'connected', 'flush', 'closed']],
  ] as const)('comes behind what was read before: the beginning and end of %s', async (_, start, expected) => {
    const server = await serve(start, silent);
    const { happened, ended } = history(server.url);
    await vi.waitFor(() => expect(happened).toContain('connected'));
    await vi.waitFor(() => expect(server.connections.now).toBe(1));
    await server.close();
    await ended;
    expect(happened.filter((what) => what !== 'broken')).toEqual(expected);
  });

  it('comes behind what was read before: what a command says', async () => {
    const { happened, ended } = history(`stdio:head -n 1`);
    await ended;
    expect(happened).toEqual(['tcp', 'connected', 'flush', 'data', 'closed']);
  });

  it('comes behind what was read before: what is due', async () => {
    const server = await serve(startTcpServer, { answer: () => undefined });
    const { engine, ready, done } = startEngine(
      planOf({ target: server.url, vus: '1', rate: '1', duration: '1s', pacing: 'spin' }),
    );
    await ready;
    const order: string[] = [];
    const mark = engine.receiveLag.mark.bind(engine.receiveLag);
    const spy = vi.spyOn(engine.receiveLag, 'mark').mockImplementation((...seen) => {
      order.push('mark');
      mark(...seen);
    });
    const reader = { handler: handlerOf(() => void order.push('data')) };
    // Behind a turn with several reads those of the next are kept.
    for (let turn = 0; turn < 2; turn++) {
      await new Promise((resolve) => setTimeout(resolve));
      order.length = 0;
      for (let i = 0; i < 2; i++) readBatch.take(reader, 1);
      if (turn === 0) await nextTurn();
    }
    await nextTurn();
    expect(order.slice(0, 3)).toEqual(['data', 'data', 'mark']);
    spy.mockRestore();
    engine.stop(0);
    await done;
  });
});
