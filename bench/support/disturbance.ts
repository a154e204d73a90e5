import { readFileSync } from 'node:fs';
import { cpuOf, cpuOfEndedChildren, tickMicros } from './proc.ts';

/** What something else took of the machine while a piece was measured, in cores. */
export interface Disturbance {
  /** Used by programs that this process did not start. */
  readonly others: number;
  /** Taken by the hypervisor for other machines. */
  readonly stolen: number;
}

/** Runs `work` and tells what disturbed it. All it starts must have ended when it has. */
export async function disturbanceOf<T>(work: () => Promise<T>): Promise<{ value: T; disturbance: Disturbance }> {
  const before = read();
  const value = await work();
  const after = read();
  const cores = (micros: number) => Math.max(0, micros / (after.at - before.at));
  const own = after.own - before.own;
  return {
    value,
    disturbance: {
      others: cores(after.busy - before.busy - own),
      stolen: cores(after.stolen - before.stolen),
    },
  };
}

/** Instants and times in µs, all cores together. */
function read() {
  const { busy, stolen } = parseCpuLine(readFileSync('/proc/stat', 'utf8'));
  const own = [cpuOf(process.pid), cpuOfEndedChildren()].reduce((sum, { user, kernel }) => sum + user + kernel, 0);
  return { at: performance.now() * 1000, busy, stolen, own };
}

/** First line of proc_stat(5): user, nice, system, idle, iowait, irq, softirq, steal; guests are in user already. */
export function parseCpuLine(text: string): { readonly busy: number; readonly stolen: number } {
  const [user, nice, system, , , irq, softirq, steal] = text
    .slice(0, text.indexOf('\n'))
    .trim()
    .split(/\s+/)
    .slice(1)
    .map((ticks) => Number(ticks) * tickMicros);
  return { busy: user + nice + system + irq + softirq, stolen: steal };
}

/** Whether what was measured says little about an undisturbed machine: over a tenth of a core was not to be had. */
export function isDisturbed({ others, stolen }: Disturbance): boolean {
  return others + stolen > 0.1;
}

/** A line below a table. */
export function disturbanceNote(all: readonly Disturbance[]): string {
  const most = (of: (one: Disturbance) => number) => Math.max(...all.map(of)).toFixed(2);
  return `Meanwhile other programs used at most ${most(({ others }) => others)} cores, other machines took ${most(({ stolen }) => stolen)}.`;
}
