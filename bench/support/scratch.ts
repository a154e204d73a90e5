import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Folder for what a bench leaves behind: result files are not the user's. */
export function scratch(): string {
  const folder = join(tmpdir(), 'mcpb-bench');
  mkdirSync(folder, { recursive: true });
  return folder;
}
