#!/usr/bin/env node
// Written for old Nodes to parse: without that, the sentence below could not be read where it is needed.
import { spawn } from 'child_process';
import { existsSync, readFileSync } from 'fs';
import * as nodeModule from 'module';
import { fileURLToPath } from 'url';

var root = fileURLToPath(new URL('..', import.meta.url));
var pinned = root + 'node_modules/.bin/node';
var argument = process.argv.length === 3 ? process.argv[2] : undefined;

if (!isNewEnough(process.versions.node)) {
  if (existsSync(pinned)) runUnder(pinned);
  else refuse();
} else if (argument === '--version' || argument === '-v') {
  printVersion();
} else {
  start();
}

function isNewEnough(version) {
  var parts = version.split('.').map(Number);
  return parts[0] > 22 || (parts[0] === 22 && parts[1] >= 19);
}

function refuse() {
  process.stderr.write(
    'mcpb needs Node 22.19 or later and this is ' +
      process.versions.node +
      '; in a clone, `npm run setup` fetches one.\n',
  );
  process.exitCode = 2;
}

/** In a clone the pinned Node takes over; it decides when to end, signals go on to it. */
function runUnder(node) {
  var child = spawn(node, process.argv.slice(1), { stdio: 'inherit' });
  function forward(signal) {
    child.kill(signal);
  }
  process.on('SIGINT', forward);
  process.on('SIGTERM', forward);
  child.on('error', (error) => {
    process.stderr.write('mcpb cannot run ' + node + ': ' + error.message + '\n');
    process.exitCode = 2;
  });
  child.on('exit', (code, signal) => {
    process.removeListener(signal, forward);
    if (signal) process.kill(process.pid, signal);
    else process.exitCode = code;
  });
}

/** Answered before the command table is loaded: it is asked often and by scripts. */
function printVersion() {
  var manifest = JSON.parse(readFileSync(root + 'package.json', 'utf8'));
  var platform = process.platform + '-' + process.arch;
  process.stdout.write(manifest.name + '/' + manifest.version + ' ' + platform + ' node-' + process.version + '\n');
}

function start() {
  nodeModule.enableCompileCache();
  import('../dist/commands/main.js').then((cli) => {
    function fail(error) {
      process.exit(cli.reportFailure(error));
    }
    process.on('uncaughtException', fail);
    process.on('unhandledRejection', fail);
    cli.main(process.argv.slice(2), { root: root }).then(process.exit, fail);
  });
}
