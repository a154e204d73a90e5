import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const relative = /(?:from |import\()'(\.[^']+)'/g;

/** Removes the declarations below `folder` that a user of its `index.d.ts` cannot come to; returns how many. */
export function dropUnreachedDeclarations(folder: string): number {
  const reached = declarationsFrom(join(resolve(folder), 'index.d.ts'));
  const others = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(resolve(folder), name))
    .filter((path) => path.endsWith('.d.ts') && !reached.has(path));
  for (const path of others) rmSync(path);
  return others.length;
}

function declarationsFrom(first: string): ReadonlySet<string> {
  const reached = new Set([first]);
  for (const path of reached)
    for (const [, to] of readFileSync(path, 'utf8').matchAll(relative))
      reached.add(resolve(dirname(path), to.replace(/\.[jt]s$/, '.d.ts')));
  return reached;
}
