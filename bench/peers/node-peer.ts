import { fileURLToPath } from 'node:url';
import type { Load, Peer } from '../peer.ts';
import { startClient } from '../support/client.ts';

/** A client in a script that gets its load as JSON and prints its report as JSON. */
export function nodePeer({ script, ...peer }: Omit<Peer, 'start'> & { readonly script: URL }): Peer {
  const path = fileURLToPath(script);
  const command = (load: Load) => [process.execPath, path, JSON.stringify(load)];
  return { ...peer, start: (load) => startClient(command(load), load.core, JSON.parse) };
}
