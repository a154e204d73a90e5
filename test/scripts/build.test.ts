import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fingerprint, isBuilt } from '../../scripts/build.mjs';
import { scratch } from '../support/scratch.ts';

function built(): string {
  const folder = scratch({
    'src/a.ts': 'a',
    'src/deep/b.ts': 'b',
    'package.json': '{}',
    'package-lock.json': '{}',
    'tsconfig.json': '{}',
    'scripts/manifest.ts': '',
    'dist/a.js': '',
  });
  writeFileSync(join(folder, 'dist/.inputs'), fingerprint(folder));
  return folder;
}

test('a build stands as long as nothing it read has changed', () => {
  expect(isBuilt(built())).toBe(true);
});

test.each(['src/a.ts', 'src/deep/b.ts', 'src/new.ts', 'package.json', 'tsconfig.json', 'scripts/manifest.ts'])(
  'a change of %s asks for another',
  (name) => {
    const folder = built();
    writeFileSync(join(folder, name), 'changed');
    expect(isBuilt(folder)).toBe(false);
  },
);

test.each(['src/deep/b.ts', 'dist/.inputs', 'dist'])('so does the loss of %s', (name) => {
  const folder = built();
  rmSync(join(folder, name), { recursive: true });
  expect(isBuilt(folder)).toBe(false);
});
