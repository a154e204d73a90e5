import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dropUnreachedDeclarations } from '../../scripts/declarations.ts';
import { scratch } from '../support/scratch.ts';

test('declarations that the index leads to stay, whichever way it does; the others go, and no code with them', () => {
  const folder = scratch({
    'index.d.ts': "export { type A } from './a.js';\nexport declare const b: import('./deep/b.js').B;\n",
    'a.d.ts': "import { C } from './deep/c.ts';\nimport 'elsewhere';\n",
    'deep/b.d.ts': "import type { A } from '../a.js';\n",
    'deep/c.d.ts': '',
    'deep/other.d.ts': "export * from './b.js';\n",
    'deep/other.js': '',
  });
  expect(dropUnreachedDeclarations(folder)).toBe(1);
  const left = ['index.d.ts', 'a.d.ts', 'deep/b.d.ts', 'deep/c.d.ts', 'deep/other.js'];
  for (const name of left) expect(existsSync(join(folder, name)), name).toBe(true);
  expect(existsSync(join(folder, 'deep/other.d.ts'))).toBe(false);
});
