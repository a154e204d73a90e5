import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { allowedCpus, openFileLimit, readCapacity } from '../../src/results/limits.ts';
import { parseAllowedCpus, parseOpenFiles, parsePortRange, parsePorts } from '../../src/results/proc.ts';

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

test.runIf(linux)('the CPUs that may be used are as many as the system counts', () => {
  const allowed = parsePorts(allowedCpus() ?? '').reduce((sum, [first, last]) => sum + last - first + 1, 0);
  expect(allowed).toBe(Number(execFileSync('nproc', { encoding: 'utf8', env: { PATH: process.env.PATH ?? '' } })));
});

test('/proc says limit, range and reserved ports, and CPUs', () => {
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
  expect(parseAllowedCpus('Cpus_allowed:\tf\nCpus_allowed_list:\t0-3,8\n')).toBe('0-3,8');
  expect(parseAllowedCpus('')).toBeNull();
});
