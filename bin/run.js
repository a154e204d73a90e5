#!/usr/bin/env node
// Keeps to what Node 12 parses: the sentence below must be readable where it is needed.
import { spawn } from 'child_process';
import { existsSync, readFileSync } from 'fs';
import * as nodeModule from 'module';
import { fileURLToPath } from 'url';

const root = fileURLToPath(new URL('..', import.meta.url));
const pinned = `${root}node_modules/.bin/node`;
const argument = process.argv.length === 3 ? process.argv[2] : '';

if (!isNewEnough(process.versions.node)) {
  if (existsSync(pinned)) runUnder(pinned);
  else
    refuse(
      `mcpb needs Node 22.19 or later and this is ${process.versions.node}; in a clone, \`npm run setup\` fetches one.`,
    );
} else if (argument === '--version' || argument === '-v') {
  printVersion();
} else {
  start();
}

function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 19);
}

function refuse(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exitCode = 2;
}

/** In a clone the pinned Node takes over; it decides when to end, signals go on to it. */
function runUnder(node) {
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit' });
  const forward = (signal) => child.kill(signal);
  process.on('SIGINT', forward).on('SIGTERM', forward);
  child.on('error', (error) => refuse(`mcpb cannot run ${node}: ${error.message}`));
  child.on('exit', (code, signal) => {
    if (signal) process.removeListener(signal, forward).kill(process.pid, signal);
    else process.exitCode = code;
  });
}

/** Answered before the command table is loaded: it is asked often and by scripts. */
function printVersion() {
  const { name, version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
  process.stdout.write(`${name}/${version} ${process.platform}-${process.arch} node-${process.version}\n`);
}

function start() {
  if (!existsSync(`${root}dist/commands/main.js`)) return refuse('mcpb is not built yet; `npm run setup` builds it.');
  nodeModule.enableCompileCache();
  return import('../dist/commands/main.js').then(({ main, reportFailure }) => {
    const fail = (error) => process.exit(reportFailure(error));
    process.on('uncaughtException', fail).on('unhandledRejection', fail);
    return main(process.argv.slice(2), { root }).then(process.exit, fail);
  });
}
