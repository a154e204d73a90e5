import { readFile, writeFile } from 'node:fs/promises';
import { formatCount, formatMicros } from '../../src/units.ts';
import { type Spread, spread } from './rounds.ts';

export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Lines below the table: what a reader must know to read it right. */
  readonly notes: readonly string[];
}

/** Markdown with the columns in line, so that it reads as well in a terminal. */
export function renderTable({ head, rows, notes }: Table): string {
  const widths = head.map((title, column) =>
    Math.max(...[head, ...rows].map((row) => row[column].length), title.length),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [line(head), rule, ...rows.map(line), '', ...notes.map((note) => `- ${note}`)].join('\n');
}

/** `183 000 (180 000–186 000)` */
export function countCell({ median, min, max }: Spread): string {
  return `${formatCount(median)} (${formatCount(min)}–${formatCount(max)})`;
}

/** `1.05 (1.02–1.09)` */
export function ratioCell({ median, min, max }: Spread, digits = 2): string {
  return `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`;
}

/** `+0.41 (+0.38–+0.52)` */
export function differenceCell({ median, min, max }: Spread): string {
  const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
  return `${signed(median)} (${signed(min)}–${signed(max)})`;
}

/** `98 % (96–99)` of shares 0…1 */
export function percentCell({ median, min, max }: Spread): string {
  const percent = (share: number) => (100 * share).toFixed(0);
  return `${percent(median)} % (${percent(min)}–${percent(max)})`;
}

/** `31 µs (24 µs–1.20 ms)`, and a dash for what nobody told. */
export function microsCell(values: readonly number[]): string {
  if (values.length === 0) return '–';
  const { median, min, max } = spread(values);
  return `${formatMicros(median)} (${formatMicros(min)}–${formatMicros(max)})`;
}

/** The document with the part between `<!-- table:NAME -->` and `<!-- /table:NAME -->` replaced. */
export function withTable(document: string, name: string, content: string): string {
  const [open, close] = [`<!-- table:${name} -->`, `<!-- /table:${name} -->`];
  const from = document.indexOf(open);
  const to = document.indexOf(close);
  if (from === -1 || to < from) throw new Error(`there is no ${open} … ${close} to write to`);
  return `${document.slice(0, from)}${open}\n${content}\n${document.slice(to)}`;
}

export async function recordTable(file: URL, name: string, content: string): Promise<void> {
  await writeFile(file, withTable(await readFile(file, 'utf8'), name, content));
}
