/** Readers of Linux's /proc and cgroup text: pure, null for what the text does not say. */

export interface CpuTicks {
  /** Neither idle nor stolen. */
  readonly busy: number;
  readonly steal: number;
  readonly total: number;
}

/** First line of /proc/stat: user nice system idle iowait irq softirq steal guest guest_nice; guest is part of user. */
export function parseStat(text: string): CpuTicks | null {
  const fields = /^cpu +(.+)$/m.exec(text)?.[1].trim().split(/ +/).map(Number);
  if (!fields || fields.length < 8 || fields.some(Number.isNaN)) return null;
  const total = fields.slice(0, 8).reduce((sum, ticks) => sum + ticks, 0);
  const [, , , idle, waiting, , , steal] = fields;
  return { busy: total - idle - waiting - steal, steal, total };
}

export interface CpuInfo {
  readonly model: string | null;
  readonly family: string | null;
  readonly modelNumber: string | null;
  readonly stepping: string | null;
  /** Sorted: the order the kernel prints them in means nothing. */
  readonly flags: readonly string[];
}

/** /proc/cpuinfo of the first processor; arm64 names its fields differently. */
export function parseCpuInfo(text: string): CpuInfo {
  const fields = new Map<string, string>();
  for (const line of text.split('\n\n', 1)[0].split('\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) fields.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  const first = (...names: string[]) =>
    names.map((name) => fields.get(name)).find((value) => value !== undefined) ?? null;
  return {
    model: first('model name'),
    family: first('cpu family', 'cpu architecture'),
    modelNumber: first('model', 'cpu part'),
    stepping: first('stepping', 'cpu revision'),
    flags: (first('flags', 'features') ?? '').split(/\s+/).filter(Boolean).sort(),
  };
}

export interface CgroupLocation {
  readonly version: 1 | 2;
  /** Folders that may hold the CPU controller's files, the likeliest first. */
  readonly directories: readonly string[];
}

/** /proc/self/cgroup → where the CPU controller of our own cgroup is mounted. A v1 CPU line wins over the v2 line. */
export function parseCgroup(text: string): CgroupLocation | null {
  const lines = text.split('\n').map((line) => /^\d+:([^:]*):(.*)$/.exec(line));
  const v1 = lines.find((match) => match?.[1].split(',').includes('cpu'));
  if (v1) return { version: 1, directories: inMounts([`/sys/fs/cgroup/${v1[1]}`, '/sys/fs/cgroup/cpu'], v1[2]) };
  const v2 = lines.find((match) => match?.[1] === '');
  return v2 ? { version: 2, directories: inMounts(['/sys/fs/cgroup'], v2[2]) } : null;
}

/** Inside a container the path may name a folder of the host: then the mount itself is our cgroup. */
function inMounts(mounts: readonly string[], path: string): string[] {
  const suffix = path === '/' ? '' : path;
  return [...new Set([...mounts.map((mount) => mount + suffix), ...mounts])];
}

/** Total time throttled in µs: `throttled_usec` (v2) or `throttled_time` in ns (v1). */
export function parseThrottled(text: string): number | null {
  const v2 = /^throttled_usec (\d+)$/m.exec(text);
  if (v2) return Number(v2[1]);
  const v1 = /^throttled_time (\d+)$/m.exec(text);
  return v1 ? Number(v1[1]) / 1000 : null;
}

/** Cores allowed by `cpu.max` (`200000 100000`); null = no limit. */
export function parseCpuMax(text: string): number | null {
  const match = /^(\d+) (\d+)/.exec(text);
  return match ? Number(match[1]) / Number(match[2]) : null;
}

/** Cores allowed by v1's quota and period, both in µs; a quota of −1 is no limit. */
export function parseQuota(quota: string, period: string): number | null {
  const cores = Number(quota) / Number(period);
  return Number.isFinite(cores) && cores > 0 ? cores : null;
}

/** Soft limit of open files in /proc/PID/limits; null = none, or not said. */
export function parseOpenFiles(text: string): number | null {
  const match = /^Max open files\s+(\d+)/m.exec(text);
  return match ? Number(match[1]) : null;
}

/** The CPUs that a process may use, `0-3,8`, in its /proc/PID/status. */
export function parseAllowedCpus(text: string): string | null {
  return /^Cpus_allowed_list:\s+(\S+)/m.exec(text)?.[1] ?? null;
}

/** First and last port of `32768\t60999`. */
export function parsePortRange(text: string): readonly [first: number, last: number] | null {
  const match = /^(\d+)\s+(\d+)/.exec(text);
  return match ? [Number(match[1]), Number(match[2])] : null;
}

/** The ranges of `8080,9148-9150`. */
export function parsePorts(text: string): readonly (readonly [first: number, last: number])[] {
  return [...text.matchAll(/(\d+)(?:-(\d+))?/g)].map(([, first, last = first]) => [Number(first), Number(last)]);
}
