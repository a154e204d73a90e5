import { expect, it } from 'vitest';
import type { Bench } from '../../bench/bench.ts';
import { measureBench } from '../../bench/measure.ts';
import { parseOptions } from '../../bench/options.ts';
import { openJournal } from '../../bench/support/journal.ts';
import { scratch } from '../support/scratch.ts';

const options = parseOptions([], () => {});
const later = Number.POSITIVE_INFINITY;

/** Three pieces that count how often they were measured. */
function counting(counts: number[]): Bench<number> {
  const piece = (index: number) => ({ name: `piece ${index}`, measure: async () => 10 * index + ++counts[index] });
  return {
    flags: [],
    pieces: () => [0, 1, 2].map(piece),
    table: (measured) => ({ head: ['measured'], rows: [measured.map(String)], notes: [] }),
  };
}

it('makes a table of what all pieces measured', async () => {
  const journal = await openJournal(`${scratch()}/j`, 'abc', false);
  expect((await measureBench(counting([0, 0, 0]), options, journal, later))?.rows).toEqual([['1', '11', '21']]);
});

it('begins nothing after the deadline, and goes on where it stopped', async () => {
  const file = `${scratch()}/j`;
  const counts = [0, 0, 0];
  const bench = counting(counts);
  const stopping = { ...bench, pieces: () => bench.pieces(options).slice(0, 2) };
  await measureBench(stopping, options, await openJournal(file, 'abc', false), later);
  expect(await measureBench(bench, options, await openJournal(file, 'abc', true), 0)).toBeUndefined();
  expect(counts).toEqual([1, 1, 0]);
  const table = await measureBench(bench, options, await openJournal(file, 'abc', true), later);
  expect(table?.rows).toEqual([['1', '11', '21']]);
  expect(counts).toEqual([1, 1, 1]);
});
