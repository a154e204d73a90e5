import { readFileSync } from 'node:fs';

/** CPU time in µs. */
export interface CpuTime {
  readonly user: number;
  readonly kernel: number;
}

/** /proc counts in hundredths of a second on every Linux (USER_HZ). */
export const tickMicros = 10_000;

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
  return parseStatus(readFileSync(`/proc/${pid}/status`, 'utf8')).residentBytes;
}

/** The most resident memory a process has had so far, in bytes. */
export function peakResidentBytes(pid: number): number {
  return parseStatus(readFileSync(`/proc/${pid}/status`, 'utf8')).peakResidentBytes;
}

/** Fields 14–17 of proc_pid_stat(5); the name in field 2 may hold anything, so counting starts behind its bracket. */
export function parseStat(text: string): { readonly own: CpuTime; readonly endedChildren: CpuTime } {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [user, kernel, childUser, childKernel] = fields.slice(11, 15).map((ticks) => Number(ticks) * tickMicros);
  return { own: { user, kernel }, endedChildren: { user: childUser, kernel: childKernel } };
}

/** Of proc_pid_status(5); NaN for a process that has ended and was not waited for. */
export function parseStatus(text: string): { readonly residentBytes: number; readonly peakResidentBytes: number } {
  const bytes = (field: string) => Number(new RegExp(`^${field}:\\s*(\\d+) kB`, 'm').exec(text)?.[1]) * 1024;
  return { residentBytes: bytes('VmRSS'), peakResidentBytes: bytes('VmHWM') };
}

export function cpuBetween(before: CpuTime, after: CpuTime): CpuTime {
  return { user: after.user - before.user, kernel: after.kernel - before.kernel };
}
