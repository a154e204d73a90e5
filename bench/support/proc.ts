import { readFileSync } from 'node:fs';

/** CPU time in µs. */
export interface CpuTime {
  readonly user: number;
  readonly kernel: number;
}

/** /proc counts in hundredths of a second on every Linux (USER_HZ). */
const tickMicros = 10_000;

/** CPU time a live process has used, all its threads together. */
export function cpuOf(pid: number): CpuTime {
  return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8')).own;
}

/** CPU time of all children of this process that have ended, their ended children included. */
export function cpuOfEndedChildren(): CpuTime {
  return parseStat(readFileSync('/proc/self/stat', 'utf8')).endedChildren;
}

/** Resident memory of a process, in bytes. */
export function residentBytes(pid: number): number {
  return parseResidentBytes(readFileSync(`/proc/${pid}/status`, 'utf8'));
}

/** Fields 14–17 of proc_pid_stat(5); the name in field 2 may hold anything, so counting starts behind its bracket. */
export function parseStat(text: string): { readonly own: CpuTime; readonly endedChildren: CpuTime } {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [user, kernel, childUser, childKernel] = fields.slice(11, 15).map((ticks) => Number(ticks) * tickMicros);
  return { own: { user, kernel }, endedChildren: { user: childUser, kernel: childKernel } };
}

export function parseResidentBytes(status: string): number {
  return Number(/^VmRSS:\s*(\d+) kB/m.exec(status)?.[1]) * 1024;
}

export function cpuBetween(before: CpuTime, after: CpuTime): CpuTime {
  return { user: after.user - before.user, kernel: after.kernel - before.kernel };
}
