import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { openFileLimit, readCapacity } from '../../src/results/limits.ts';
import { parseOpenFiles, parsePortRange, parsePorts } from '../../src/results/proc.ts';

const linux = process.platform === 'linux';

test.runIf(linux)('the limit of open files is that of the shells we start', () => {
  const shell = execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).trim();
  expect(openFileLimit()).toBe(shell === 'unlimited' ? null : Number(shell));
});

test.runIf(linux)('there are ports to choose from, and fewer than all', () => {
  const { localPorts } = readCapacity();
  expect(localPorts).toBeGreaterThan(0);
  expect(localPorts).toBeLessThan(65_536);
});

test('/proc says limit, range and reserved ports', () => {
  const limits =
    'Limit        Soft Limit   Hard Limit   Units\nMax open files            1024                 4096                 files\n';
  expect(parseOpenFiles(limits)).toBe(1024);
  expect(parseOpenFiles(limits.replace('1024', 'unlimited'))).toBeNull();
  expect(parseOpenFiles('')).toBeNull();
  expect(parsePortRange('32768\t60999\n')).toEqual([32_768, 60_999]);
  expect(parsePortRange('')).toBeNull();
  expect(parsePorts('8080,9148-9150\n')).toEqual([
    [8080, 8080],
    [9148, 9150],
  ]);
  expect(parsePorts('\n')).toEqual([]);
});
