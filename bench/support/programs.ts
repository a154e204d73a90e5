import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { McpbError } from '../../src/errors.ts';

/** Where `install-peers.sh` puts what it builds. */
const ownFolder = fileURLToPath(new URL('../../.mcpb/bench/bin', import.meta.url));

/** Path of one of the installed peers, else of the first program of that name on the PATH. */
function programPath(name: string): string | undefined {
  const folders = [ownFolder, ...(process.env.PATH ?? '').split(delimiter)];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

export function hasProgram(name: string): boolean {
  return programPath(name) !== undefined;
}

/** Path of a peer's program. */
export function peerProgram(name: string): string {
  const path = programPath(name);
  if (path !== undefined) return path;
  throw new McpbError('MCPB_E_PLATFORM', `the bench found no ${name}`, { hint: 'bash bench/install-peers.sh' });
}

/** Something that needs a program which is not one of this repository's. */
interface Needy {
  readonly program?: string;
}

export function isInstalled({ program }: Needy): boolean {
  return program === undefined || hasProgram(program);
}

/** What a table says about those it should have and has not. */
export function missingNote(wanted: readonly Needy[]): string[] {
  const missing = new Set(wanted.filter((one) => !isInstalled(one)).map(({ program }) => program));
  if (missing.size === 0) return [];
  return [`Not installed here and so not measured: ${[...missing].join(', ')} (\`bash bench/install-peers.sh\`).`];
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
