import { McpbError } from '../errors.ts';
import { formatCount } from '../units.ts';
import type { Requirements } from './requirements.ts';

/** What this machine gives one process for connections; null where it is not known, and then nothing is judged by it. */
export interface Capacity {
  /** Open files. Node has raised the soft limit to the hard one, and what is started from here has the same. */
  readonly openFiles: number | null;
  /** Ports the system chooses from for a connection. */
  readonly localPorts: number | null;
  /** We may raise limits ourselves. */
  readonly root: boolean;
}

export const unknownCapacity: Capacity = { openFiles: null, localPorts: null, root: false };

/** More is needed than there is. */
export interface Shortage {
  readonly error: 'MCPB_E_FD_LIMIT' | 'MCPB_E_PORTS';
  readonly message: string;
  /** How to mend it. */
  readonly hint: string;
}

/** What is missing for the connections that are sure to be open at once. */
export function shortagesOf(needs: Requirements, capacity: Capacity): Shortage[] {
  const { connections, fileDescriptors, gatewayFileDescriptors, portsPerAddress } = needs;
  const subjects = [
    ['the load', fileDescriptors],
    ['the bundled gateway', gatewayFileDescriptors],
  ] as const;
  return [
    ...subjects.flatMap(([who, need]) => files(`${who} needs`, need, connections, capacity)),
    ...ports('the load needs', portsPerAddress, capacity),
  ];
}

/** What would be missing if as many connections as are allowed were opened on demand. */
export function doubtsOf(needs: Requirements, capacity: Capacity): Shortage[] {
  const { connectionsAtMost, fileDescriptors, fileDescriptorsAtMost, portsPerAddress, portsPerAddressAtMost } = needs;
  return [
    ...(fileDescriptorsAtMost > fileDescriptors
      ? files('connections opened on demand may need', fileDescriptorsAtMost, connectionsAtMost, capacity)
      : []),
    ...(portsPerAddressAtMost > portsPerAddress
      ? ports('connections opened on demand may need', portsPerAddressAtMost, capacity)
      : []),
  ];
}

/** Throws McpbError MCPB_E_FD_LIMIT or MCPB_E_PORTS with everything that is missing. */
export function demandCapacity(needs: Requirements, capacity: Capacity): void {
  const shortages = shortagesOf(needs, capacity);
  if (shortages.length === 0) return;
  throw new McpbError(shortages[0].error, shortages.map(({ message }) => message).join('\n'), {
    hint: [...new Set(shortages.map(({ hint }) => hint))].join('; '),
  });
}

/** The smallest limit that is recommended. */
const usualOpenFiles = 65_536;

function files(who: string, need: number, connections: number, { openFiles, root }: Capacity): Shortage[] {
  if (openFiles === null || need <= openFiles) return [];
  const limit = Math.max(usualOpenFiles, need);
  const raise = root ? `ulimit -n ${limit}` : `sudo prlimit --pid $$ --nofile=${limit}`;
  const fitting = Math.max(0, openFiles - (need - connections));
  return [
    {
      error: 'MCPB_E_FD_LIMIT',
      message: `${who} ${formatCount(need)} open files, a process may have ${formatCount(openFiles)}: more workers do not help, they are threads of one process`,
      hint: `raise the limit in this shell with \`${raise}\` (a container is started with --ulimit nofile=${limit}), or use ${formatCount(fitting)} connections at most`,
    },
  ];
}

/** The widest range there is: ports up to 1,023 are for servers. */
const widest = { range: '1024 65535', ports: 65_535 - 1023 };

function ports(who: string, need: number, { localPorts, root }: Capacity): Shortage[] {
  if (localPorts === null || need <= localPorts) return [];
  const sysctl = `${root ? '' : 'sudo '}sysctl -w net.ipv4.ip_local_port_range='${widest.range}'`;
  const range = need <= widest.ports ? `widen the range with \`${sysctl}\`, or ` : '';
  return [
    {
      error: 'MCPB_E_PORTS',
      message: `${who} ${formatCount(need)} local ports of one source address, the system gives out ${formatCount(localPorts)}`,
      hint: `${range}spread the connections over ${Math.ceil(need / localPorts)} source addresses or more: --local-address 127.0.0.2-127.0.0.9 for a target on the loopback, else addresses of this machine`,
    },
  ];
}
