import { execFile } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../support/cli.ts';
import { scratch } from '../support/scratch.ts';

const passes = `import { test } from 'vitest'; test('passes', () => {});`;
const fails = `import { test } from 'vitest'; test('fails', () => { throw new Error('no'); });`;
const broken = `import './nosuch.ts';`;
const partial = `
  import { test } from 'vitest';
  import { needs } from '${root}test/support/programs.ts';
  needs('node')('what node can do', () => { test('passes', () => {}); });
  needs('nosuch-program')('what nothing can do', () => { test('is not run', () => {}); });
`;
const repeats = `
  import { test } from 'vitest';
  import { noteRepeated } from '${root}test/support/repeated.ts';
  test('is made again', () => { noteRepeated('one'); noteRepeated('the other'); });
`;

test.each([
  { files: { 'a.test.ts': passes, 'b.test.ts': passes }, ci: 'false', last: '2 passed, 0 failed', code: 0 },
  { files: { 'a.test.ts': passes, 'b.test.ts': fails }, ci: 'false', last: '1 passed, 1 failed', code: 1 },
  { files: { 'a.test.ts': passes, 'b.test.ts': broken }, ci: 'false', last: '1 passed, 1 failed', code: 1 },
  { files: { 'a.test.ts': partial }, ci: 'false', last: '1 passed, 0 failed', code: 0 },
  { files: { 'a.test.ts': partial }, ci: 'true', last: '1 passed, 1 failed', code: 1 },
  { files: { 'a.test.ts': repeats }, ci: 'true', last: '1 passed, 0 failed', code: 0 },
  { files: {}, ci: 'false', last: '0 passed, 0 failed', code: 1 },
])('$files with CI=$ci ends in "$last"', async ({ files, ci, last, code }) => {
  const result = await suite(files, ci);
  expect(result.lines.at(-1)).toBe(last);
  expect(result.code).toBe(code);
});

test('what is skipped is named before the tally', async () => {
  const { lines } = await suite({ 'a.test.ts': partial }, 'false');
  expect(lines.at(-2)).toBe('skipped: what nothing can do: needs nosuch-program');
});

test('runs that were made again are counted before the tally, and do not fail', async () => {
  const { lines } = await suite({ 'a.test.ts': repeats }, 'false');
  expect(lines.at(-2)).toBe('repeated: 2 runs the machine spoilt');
});

/** The runner of `npm test`, in a folder of its own. */
function suite(files: Record<string, string>, CI: string): Promise<{ lines: string[]; code: unknown }> {
  const cwd = scratch(files);
  symlinkSync(join(root, 'node_modules'), join(cwd, 'node_modules'));
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, CI };
  return new Promise((resolve) => {
    execFile(process.execPath, [`${root}scripts/test.ts`], { cwd, env }, (error, stdout) =>
      resolve({ lines: stdout.trimEnd().split('\n'), code: error?.code ?? 0 }),
    );
  });
}
