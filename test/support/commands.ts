import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { scratch } from './scratch.ts';

/** The target that runs one of the commands beside this file. */
export function commandTarget(name: 'relay' | 'stubborn', argument: string): string {
  return `stdio:bash '${fileURLToPath(new URL(`./commands/${name}.sh`, import.meta.url))}' '${argument}'`;
}

/** A server that will not go by itself, and the processes that were started for it. */
export function stubbornServer(): { readonly target: string; pids(): number[]; living(): number[] } {
  const file = join(scratch(), 'pids');
  const pids = () => (existsSync(file) ? readFileSync(file, 'utf8').split(/\s+/).filter(Boolean).map(Number) : []);
  return { target: commandTarget('stubborn', file), pids, living: () => pids().filter(isAlive) };
}

/** Runs, and is not only waiting for its parent to take note of its end. */
export function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
