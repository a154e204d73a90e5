import { readdirSync, readFileSync } from 'node:fs';
import type { Capacity } from '../scenario/capacity.ts';
import { parseAllowedCpus, parseOpenFiles, parsePortRange, parsePorts } from './proc.ts';

/** Soft limit of open files of this process; null where there is none or it is not known. */
export function openFileLimit(): number | null {
  return parseOpenFiles(read('/proc/self/limits'));
}

/** Descriptors this process has open, its parent's that it inherited among them; null where that is not known. */
export function openDescriptors(): number | null {
  try {
    // One is that of the folder while it is read.
    return readdirSync('/dev/fd').length - 1;
  } catch {
    return null;
  }
}

/** The CPUs this process may use, `0-3,8`; null where that is not known. */
export function allowedCpus(): string | null {
  return parseAllowedCpus(read('/proc/self/status'));
}

/** What this machine gives this process for connections. */
export function readCapacity(): Capacity {
  return { openFiles: openFileLimit(), localPorts: localPorts(), root: process.getuid?.() === 0 };
}

/** Ports that the system may choose for a connection, without those an administrator has reserved. */
function localPorts(): number | null {
  const range = parsePortRange(read('/proc/sys/net/ipv4/ip_local_port_range'));
  if (range === null) return null;
  const reserved = parsePorts(read('/proc/sys/net/ipv4/ip_local_reserved_ports'));
  const inRange = ([first, last]: readonly [number, number]) =>
    Math.max(0, Math.min(last, range[1]) - Math.max(first, range[0]) + 1);
  return inRange(range) - reserved.reduce((sum, ports) => sum + inRange(ports), 0);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
