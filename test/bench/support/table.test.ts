import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { benchNames } from '../../../bench/bench.ts';
import { differenceCell, microsCell, renderTable, withTable } from '../../../bench/support/table.ts';

it('lines up the columns and lists the notes below', () => {
  expect(
    renderTable({
      head: ['name', '× wrk'],
      rows: [
        ['a', '1.00'],
        ['longer', '0.5'],
      ],
      notes: ['why'],
    }),
  ).toBe(
    ['| name   | × wrk |', '|--------|-------|', '| a      | 1.00  |', '| longer | 0.5   |', '', '- why'].join('\n'),
  );
});

it('shows differences with their sign, and times each in its unit', () => {
  expect(differenceCell({ median: 0.414, min: -0.02, max: 1 })).toBe('+0.41 (−0.02–+1.00)');
  expect(microsCell([31, 24, 1200])).toBe('31 µs (24 µs–1.20 ms)');
  expect(microsCell([])).toBe('–');
});

describe('withTable', () => {
  const document = 'a\n<!-- table:x -->\nold\n<!-- /table:x -->\nb\n<!-- table:y -->\nkept\n<!-- /table:y -->\n';

  it('replaces one table and nothing else, however often', () => {
    const once = withTable(document, 'x', 'new');
    expect(once).toBe(document.replace('old', 'new'));
    expect(withTable(once, 'x', 'new')).toBe(once);
  });

  it('refuses a document without the place', () => {
    expect(() => withTable(document, 'z', 'new')).toThrow('<!-- table:z -->');
  });

  it.each(benchNames)('finds the place of %s in the README', (name) => {
    const readme = readFileSync(new URL('../../../bench/README.md', import.meta.url), 'utf8');
    expect(withTable(readme, name, 'measured')).toContain(`<!-- table:${name} -->\nmeasured\n<!-- /table:${name} -->`);
  });
});
