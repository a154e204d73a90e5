import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe } from 'vitest';
import { noteSkipped } from './skipped.ts';

/**
 * `needs('wrk', 'cc')('wrk is not faster', () => …)`: a `describe` that is skipped where one of the programs is missing,
 * and named as skipped.
 */
export function needs(...programs: string[]): (name: string, body: () => void) => void {
  const missing = programs.filter((program) => !isOnPath(program));
  if (missing.length === 0) return describe;
  return (name, body) => {
    noteSkipped(`${name}: needs ${missing.join(' and ')}`);
    describe.skip(name, body);
  };
}

export function isOnPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => isExecutable(join(folder, program)));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
