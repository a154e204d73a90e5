import { createServer } from 'node:net';
import { McpbError } from '../errors.ts';
import { type Address, formatAddress } from './address.ts';
import type { Listener } from './config.ts';

/**
 * Binds each address for a moment without sharing it: finds the port where 0 is asked for, and a port that somebody else has
 * is found in use before workers, which do share theirs, could join it. Throws MCPB_E_PORT_IN_USE or MCPB_E_LISTEN.
 */
export async function claimPorts(listeners: readonly Listener[]): Promise<Listener[]> {
  const probes = await Promise.allSettled(listeners.map(({ address }) => probe(address)));
  await Promise.all(probes.map((result) => (result.status === 'fulfilled' ? result.value.release() : undefined)));
  return listeners.map((listener, index) => {
    const result = probes[index];
    if (result.status === 'rejected') throw listenError(listener.address, result.reason);
    return { ...listener, address: { host: listener.address.host, port: result.value.port } };
  });
}

/** What a failed `listen` means to the user. */
export function listenError(address: Address, error: NodeJS.ErrnoException): McpbError {
  const at = formatAddress(address);
  if (error.code === 'EADDRINUSE')
    return new McpbError('MCPB_E_PORT_IN_USE', `${at} is in use`, {
      hint: 'another gateway may be running; stop it or choose another port (0 finds a free one)',
      cause: error,
    });
  return new McpbError('MCPB_E_LISTEN', `cannot listen on ${at}: ${error.code ?? error.message}`, {
    hint: error.code === 'EACCES' ? 'ports below 1024 need privileges' : 'the host must be an address of this machine',
    cause: error,
  });
}

async function probe({ host, port }: Address): Promise<{ port: number; release(): Promise<void> }> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, resolve);
  });
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('a TCP server has a port');
  return { port: bound.port, release: () => new Promise((resolve) => server.close(() => resolve())) };
}
