import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { proofNames, proofs } from '../../bench/proof.ts';
import { withTable } from '../../bench/support/table.ts';

const unrecorded = 'Not recorded yet.\n';
const page = readFileSync(new URL('../../docs/proofs.md', import.meta.url), 'utf8');

it.each(proofNames)(
  '%s has its place on the page, and what is recorded there, if anything, is what is claimed',
  (name) => {
    expect(page).toContain(`\n## ${name}\n`);
    expect(withTable(page, name, 'measured')).toContain('measured');
    const [, recorded] = page.split(`<!-- table:${name} -->\n`);
    if (!recorded.startsWith(unrecorded)) expect(recorded).toContain(`: ${proofs[name].claim}\n`);
  },
);

it('the page has no proof that is gone', () => {
  const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, name]) => name);
  expect(headings).toEqual(proofNames);
});
