import { expect, it } from 'vitest';
import {
  cpuOf,
  cpuOfEndedChildren,
  parseStat,
  parseStatus,
  peakResidentBytes,
  residentBytes,
} from '../../../bench/support/proc.ts';
import { run } from '../../../bench/support/processes.ts';

it('reads user and kernel time behind a name with brackets and spaces', () => {
  const text = '4242 (a (b) c) R 1 2 3 4 -1 5 6 7 8 9 120 45 300 17 20 0 11 0 987 1 2 3';
  expect(parseStat(text)).toEqual({
    own: { user: 1_200_000, kernel: 450_000 },
    endedChildren: { user: 3_000_000, kernel: 170_000 },
  });
});

it('reads resident memory in bytes', () => {
  const status = 'Name:\tnode\nVmHWM:\t  9999 kB\nVmRSS:\t    1234 kB\nThreads:\t7\n';
  expect(parseStatus(status)).toEqual({ residentBytes: 1234 * 1024, peakResidentBytes: 9999 * 1024 });
});

it("agrees with this process's own figures", () => {
  const { user, system } = process.cpuUsage();
  const read = cpuOf(process.pid);
  expect(Math.abs(read.user + read.kernel - user - system)).toBeLessThan(100_000);
  expect(residentBytes(process.pid) / process.memoryUsage.rss()).toBeCloseTo(1, 0);
  expect(peakResidentBytes(process.pid) / residentBytes(process.pid)).toBeGreaterThan(0.9);
});

it('counts the CPU time of a child once it has ended', async () => {
  const before = cpuOfEndedChildren();
  const spin = 'const end = process.cpuUsage().user + 2e5; while (process.cpuUsage().user < end);';
  await run([process.execPath, '-e', spin]);
  expect(cpuOfEndedChildren().user - before.user).toBeGreaterThanOrEqual(200_000);
});
