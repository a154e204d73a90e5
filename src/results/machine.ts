import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import {
  type CgroupLocation,
  type CpuInfo,
  type CpuTicks,
  parseCgroup,
  parseCpuInfo,
  parseCpuMax,
  parseQuota,
  parseStat,
  parseThrottled,
} from './proc.ts';

/** Counters that only grow; what happened in a window is the difference of two readings. null = not known here. */
export interface MachineCounters {
  readonly ticks: CpuTicks | null;
  /** µs our own cgroup was kept from running by its quota. */
  readonly throttledMicros: number | null;
}

/** What does not change while a process runs. */
export interface MachineFacts {
  readonly cpu: CpuInfo;
  readonly cores: number;
  readonly memoryBytes: number;
  /** Cores the cgroup's quota allows; null = no quota. */
  readonly cpuQuota: number | null;
  readonly containerised: boolean;
  /** Of this boot; null = not known. */
  readonly bootId: string | null;
}

export function readMachine(): MachineCounters {
  const stat = read('/proc/stat');
  const cgroup = ownCgroup();
  const throttled = cgroup && firstFile(cgroup, 'cpu.stat');
  return {
    ticks: stat === null ? null : parseStat(stat),
    throttledMicros: throttled ? parseThrottled(throttled) : null,
  };
}

export function readFacts(): MachineFacts {
  const cpu = parseCpuInfo(read('/proc/cpuinfo') ?? '');
  return {
    cpu: { ...cpu, model: cpu.model ?? cpus()[0]?.model ?? null },
    cores: availableParallelism(),
    memoryBytes: Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY),
    cpuQuota: readQuota(),
    containerised: isContainer(),
    bootId: read('/proc/sys/kernel/random/boot_id')?.trim() ?? null,
  };
}

function readQuota(): number | null {
  const cgroup = ownCgroup();
  if (cgroup === null) return null;
  if (cgroup.version === 2) return parseCpuMax(firstFile(cgroup, 'cpu.max') ?? '');
  return parseQuota(firstFile(cgroup, 'cpu.cfs_quota_us') ?? '', firstFile(cgroup, 'cpu.cfs_period_us') ?? '');
}

function isContainer(): boolean {
  if (read('/.dockerenv') !== null || read('/run/.containerenv') !== null) return true;
  return /docker|kubepods|containerd|lxc/.test(read('/proc/self/cgroup') ?? '');
}

function ownCgroup(): CgroupLocation | null {
  return parseCgroup(read('/proc/self/cgroup') ?? '');
}

function firstFile(cgroup: CgroupLocation, name: string): string | null {
  for (const directory of cgroup.directories) {
    const text = read(`${directory}/${name}`);
    if (text !== null) return text;
  }
  return null;
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
