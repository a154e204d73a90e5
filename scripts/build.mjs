// @ts-check
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './child.mjs';
import { pinnedNode } from './install.mjs';

const stamp = 'dist/.inputs';

/** @param {string} root @returns {boolean} */
export function isBuilt(root) {
  try {
    return readFileSync(join(root, stamp), 'utf8') === fingerprint(root);
  } catch {
    return false;
  }
}

/**
 * Compiles `src` to `dist` and writes the command manifest, from nothing. An interrupted build leaves no stamp.
 *
 * @param {string} root @returns {Promise<number>} exit code of the step that failed, else 0
 */
export async function build(root) {
  const inputs = fingerprint(root);
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  for (const step of [['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'], ['scripts/manifest.ts']]) {
    const code = await run(pinnedNode(root), step, { cwd: root });
    if (code !== 0) return code;
  }
  writeFileSync(join(root, stamp), inputs);
  return 0;
}

/** sha256 of everything the build reads. @param {string} root @returns {string} */
export function fingerprint(root) {
  const sources = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const others = ['package.json', 'package-lock.json', 'tsconfig.json', 'scripts/manifest.ts'];
  const hash = createHash('sha256');
  for (const file of [...sources, ...others.map((name) => join(root, name))])
    hash
      .update(`${file.slice(root.length)}\0`)
      .update(readFileSync(file))
      .update('\0');
  return hash.digest('hex');
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  process.exitCode = await build(fileURLToPath(new URL('..', import.meta.url)));
