import { describe, expect, it } from 'vitest';
import {
  parseCgroup,
  parseCpuInfo,
  parseCpuMax,
  parseQuota,
  parseStat,
  parseThrottled,
} from '../../src/results/proc.ts';

describe('/proc/stat', () => {
  it('sums the first line without counting guests twice', () => {
    const text = 'cpu  100 1 20 800 5 0 3 71 40 2\ncpu0 50 0 10 400 2 0 1 30 20 1\nintr 1 2\n';
    expect(parseStat(text)).toEqual({ busy: 124, steal: 71, total: 1000 });
  });

  it('does not make numbers up', () => {
    expect(parseStat('')).toBeNull();
    expect(parseStat('cpu  1 2 3\n')).toBeNull();
  });
});

describe('/proc/cpuinfo', () => {
  it('reads x86', () => {
    const text =
      'processor\t: 0\ncpu family\t: 26\nmodel\t\t: 2\nmodel name\t: Example EPYC\nstepping\t: 1\nflags\t\t: sse fpu hypervisor\n\nprocessor\t: 1\nmodel name\t: Other\n';
    expect(parseCpuInfo(text)).toEqual({
      model: 'Example EPYC',
      family: '26',
      modelNumber: '2',
      stepping: '1',
      flags: ['fpu', 'hypervisor', 'sse'],
    });
  });

  it('reads arm64, which has no model name', () => {
    const text =
      'processor\t: 0\nFeatures\t: fp asimd\nCPU implementer\t: 0x41\nCPU architecture: 8\nCPU part\t: 0xd0c\nCPU revision\t: 1\n';
    expect(parseCpuInfo(text)).toEqual({
      model: null,
      family: '8',
      modelNumber: '0xd0c',
      stepping: '1',
      flags: ['asimd', 'fp'],
    });
  });
});

describe('cgroups', () => {
  it('finds our own folder in version 2', () => {
    expect(parseCgroup('0::/user.slice/run.scope\n')).toEqual({
      version: 2,
      directories: ['/sys/fs/cgroup/user.slice/run.scope', '/sys/fs/cgroup'],
    });
  });

  it('prefers the CPU controller of version 1', () => {
    expect(parseCgroup('4:memory:/a\n2:cpu,cpuacct:/docker/1f\n0::/\n')).toEqual({
      version: 1,
      directories: [
        '/sys/fs/cgroup/cpu,cpuacct/docker/1f',
        '/sys/fs/cgroup/cpu/docker/1f',
        '/sys/fs/cgroup/cpu,cpuacct',
        '/sys/fs/cgroup/cpu',
      ],
    });
    expect(parseCgroup('')).toBeNull();
  });

  it('reads throttling in µs from either version', () => {
    expect(parseThrottled('usage_usec 5\nnr_throttled 2\nthrottled_usec 1500\n')).toBe(1500);
    expect(parseThrottled('nr_periods 9\nnr_throttled 2\nthrottled_time 1500000\n')).toBe(1500);
    expect(parseThrottled('usage_usec 5\n')).toBeNull();
  });

  it('reads quotas in cores', () => {
    expect(parseCpuMax('150000 100000\n')).toBe(1.5);
    expect(parseCpuMax('max 100000\n')).toBeNull();
    expect(parseQuota('50000\n', '100000\n')).toBe(0.5);
    expect(parseQuota('-1\n', '100000\n')).toBeNull();
    expect(parseQuota('', '')).toBeNull();
  });
});
