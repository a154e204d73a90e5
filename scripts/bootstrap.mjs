// @ts-check
// From a fresh clone to a running `mcpb`, under whatever Node (20 or later) the machine has; everything after the
// installation runs under the pinned one.
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, isBuilt } from './build.mjs';
import { interrupted, run } from './child.mjs';
import { install, isInstalled, pinnedNode, unsupported } from './install.mjs';

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[/\\]$/, '');
const platform = `${process.platform}-${process.arch}`;
const tasks = /** @type {Readonly<Record<string, string | undefined>>} */ ({
  test: 'scripts/test.ts',
  quickstart: 'scripts/quickstart.ts',
});

process.exitCode = await main(process.argv[2], process.argv.slice(3));

/** @param {string | undefined} task @param {readonly string[]} args @returns {Promise<number>} exit code */
async function main(task = 'setup', args) {
  const code = await setup();
  const script = tasks[task];
  if (code !== 0 || !script) return code;
  return run(pinnedNode(root), [script, ...args], { cwd: root, env: pinnedEnvironment() });
}

async function setup() {
  const sentence = unsupported(platform);
  if (sentence) return fail(sentence, 2);
  const started = performance.now();
  if (isInstalled(root, platform) && isBuilt(root)) {
    say(`packages and build are up to date (${elapsed(started)})`);
    return 0;
  }
  return (await installPackages()) || (await buildSources());
}

async function installPackages() {
  if (isInstalled(root, platform)) return 0;
  say('installing packages, the pinned Node among them …');
  const started = performance.now();
  const { code, output } = await install(root, process.env);
  if (code === interrupted) return fail('interrupted; the next run starts the installation again.', interrupted);
  if (code !== 0) return fail(`npm could not install the packages; its last lines:\n${lastLines(output)}`, 1);
  if (!isInstalled(root, platform))
    return fail(`npm left packages out, the Node for ${platform} perhaps; check the network and run this again.`, 1);
  say(`installed in ${elapsed(started)}`);
  return 0;
}

async function buildSources() {
  if (isBuilt(root)) return 0;
  say('building …');
  const started = performance.now();
  const code = await build(root);
  if (code !== 0) return fail('the build failed; the messages are above.', code);
  say(`built in ${elapsed(started)}`);
  return 0;
}

function pinnedEnvironment() {
  return { ...process.env, PATH: [join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter) };
}

/** @param {string} text */
function say(text) {
  process.stderr.write(`setup: ${text}\n`);
}

/** @param {string} text @param {number} code */
function fail(text, code) {
  say(text);
  return code;
}

/** @param {number} started */
function elapsed(started) {
  return `${((performance.now() - started) / 1000).toFixed(1)} s`;
}

/** What npm says at the end, without stack traces. @param {string} output */
function lastLines(output) {
  const lines = output.trimEnd().split('\n');
  return lines
    .filter((line) => !/^npm error(\s{2,}|.*\{$|\s*\}?$)/.test(line))
    .slice(-12)
    .join('\n');
}
