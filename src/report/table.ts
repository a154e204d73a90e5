import Table from 'cli-table3';

const noBorder = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
} as const;

/** Lines of a table without rules, two spaces in; the first `leftColumns` columns left-aligned, the others right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], leftColumns = 1): string[] {
  const built = new Table({
    head: [...head],
    chars: noBorder,
    colAligns: head.map((_, index) => (index < leftColumns ? 'left' : 'right')),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const row of rows) built.push([...row]);
  return built
    .toString()
    .split('\n')
    .map((line) => `  ${line}`.trimEnd());
}

/** Lines of `name  value` pairs, values aligned. */
export function pairs(entries: readonly (readonly [name: string, value: string])[]): string[] {
  const width = Math.max(...entries.map(([name]) => name.length));
  return entries.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`);
}
