import type { Bench } from './bench.ts';
import type { Options } from './options.ts';
import { type Disturbance, disturbanceNote, disturbanceOf } from './support/disturbance.ts';
import type { Journal } from './support/journal.ts';
import type { Table } from './support/table.ts';

/** Measures what the journal does not have and returns the table, or undefined when `deadline` came before. */
export async function measureBench(
  bench: Bench,
  options: Options,
  journal: Journal,
  deadline: number,
): Promise<Table | undefined> {
  const measured: unknown[] = [];
  const disturbances: Disturbance[] = [];
  for (const piece of bench.pieces(options)) {
    let entry = journal.get(piece.name);
    if (entry === undefined) {
      if (performance.now() >= deadline) return undefined;
      options.progress(piece.name);
      entry = await disturbanceOf(() => piece.measure());
      await journal.add(piece.name, entry);
    }
    measured.push(entry.value);
    disturbances.push(entry.disturbance);
  }
  const { notes, ...table } = bench.table(measured);
  return { ...table, notes: [...notes, disturbanceNote(disturbances)] };
}
