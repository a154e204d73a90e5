import { readFileSync } from 'node:fs';
import type { Command } from './processes.ts';
import { hasProgram } from './programs.ts';

/** The core of the server under load and the one of the client, or undefined where they cannot be kept apart. */
export interface Cores {
  readonly server: number;
  readonly client: number;
}

/** The first two cores this process may use, where `taskset` can hold processes on them. */
export function separateCores(): Cores | undefined {
  if (!hasProgram('taskset')) return undefined;
  const status = readFileSync('/proc/self/status', 'utf8');
  const [server, client] = parseCpuList(/^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1] ?? '');
  return client === undefined ? undefined : { server, client };
}

/** The kernel's list of cores, `0-2,5`, in full. */
export function parseCpuList(list: string): number[] {
  return list.split(',').flatMap((range) => {
    const [first, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

/** The command, held on one core; as it is when there is none to hold it on. */
export function pinned(command: Command, core: number | undefined): Command {
  return core === undefined ? command : ['taskset', '-c', String(core), ...command];
}

/** What a table says about where its processes ran. */
export function pinningNote(cores: Cores | undefined): string {
  return cores === undefined
    ? 'Server and client shared all cores: they could not be held apart here.'
    : `Server on core ${cores.server}, client on core ${cores.client}.`;
}
