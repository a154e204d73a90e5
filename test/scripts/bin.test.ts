import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../support/cli.ts';
import { scratch } from '../support/scratch.ts';

/** Makes the Node that runs the bin say that it is another one. */
const pretend = (version: string): string =>
  `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'${version}'}})`;

function start(folder: string, version: string, ...args: string[]) {
  const bin = join(folder, 'bin/run.js');
  return spawnSync(process.execPath, ['--import', pretend(version), bin, ...args], { encoding: 'utf8' });
}

function installation(files: Record<string, string> = {}): string {
  const folder = scratch(files);
  for (const name of ['bin', 'package.json']) cpSync(join(root, name), join(folder, name), { recursive: true });
  return folder;
}

test.each(['12.22.0', '20.20.2', '22.18.0'])('Node %s is refused in one sentence', (version) => {
  const { status, stdout, stderr } = start(installation(), version, '--version');
  expect(stderr).toBe(
    `mcpb needs Node 22.19 or later and this is ${version}; in a clone, \`npm run setup\` fetches one.\n`,
  );
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
});

test.each(['22.19.0', '24.0.0', '26.10.0'])('Node %s is taken', (version) => {
  expect(start(installation(), version, '--version')).toMatchObject({ status: 0, stderr: '' });
});

test('a clone that is not built says so', () => {
  expect(start(installation(), '26.10.0', 'scenarios')).toMatchObject({
    status: 2,
    stderr: 'mcpb is not built yet; `npm run setup` builds it.\n',
  });
});

test('in a clone the pinned Node takes over, with arguments, output and exit code', () => {
  const folder = installation({ 'node_modules/.bin/.keep': '' });
  symlinkSync(process.execPath, join(folder, 'node_modules/.bin/node'));
  const { status, stdout } = start(folder, '20.20.2', '--version');
  expect(stdout).toMatch(/^mcpbridge\//);
  expect(status).toBe(0);
});

test('the bin keeps to what old Nodes parse', () => {
  const text = readFileSync(join(root, 'bin/run.js'), 'utf8');
  expect(text).not.toMatch(/\?\.|\?\?|\bawait\b|from 'node:/);
});
