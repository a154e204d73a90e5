import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative } from 'node:path';
import { root } from './cli.ts';

export interface Source {
  /** Relative to the repository, `/` between folders. */
  readonly path: string;
  readonly text: string;
}

export interface Import {
  readonly from: string;
  /** A file of this repository, or a package as it is named. */
  readonly to: string;
  readonly typesOnly: boolean;
}

const importPattern = /^\s*(?:import|export)\s+(type\s)?(?:[^;'"]*?\sfrom\s+)?'([^']+)'|\bimport\('([^']+)'\)/gm;

/** The TypeScript files below a folder. */
export function sourcesIn(folder: string): Source[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({ path: relative(root, file), text: readFileSync(file, 'utf8') }));
}

export function importsOf({ path, text }: Source): Import[] {
  return [...text.matchAll(importPattern)].map(([, type, named, lazy]) => {
    const target = named ?? lazy;
    const to = target.startsWith('.') ? posix.join(posix.dirname(path), target) : target;
    return { from: path, to, typesOnly: type !== undefined };
  });
}
