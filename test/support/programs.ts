import { accessSync, appendFileSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe } from 'vitest';

/**
 * `needs('wrk', 'cc')('wrk is not faster', () => …)`: a `describe` that is skipped where one of the programs is missing.
 * What is skipped goes, one line each, into the file `MCPB_TEST_SKIPPED` names; `npm test` shows it at the end.
 */
export function needs(...programs: string[]): (name: string, body: () => void) => void {
  const missing = programs.filter((program) => !isOnPath(program));
  if (missing.length === 0) return describe;
  return (name, body) => {
    if (process.env.MCPB_TEST_SKIPPED)
      appendFileSync(process.env.MCPB_TEST_SKIPPED, `${name}: needs ${missing.join(' and ')}\n`);
    describe.skip(name, body);
  };
}

function isOnPath(program: string): boolean {
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
