import type { BundledTransport } from '../src/scenario/plan.ts';
import { mcpb } from './peers/mcpb.ts';
import { nodePeer } from './peers/node-peer.ts';
import { wrk } from './peers/wrk.ts';
import type { Measurement, Subject } from './support/comparison.ts';
import type { Server } from './support/null-server.ts';

/** A closed loop: each connection sends its next request when the reply to the one before is there. */
export interface Load {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  /** The core to hold the client on. */
  readonly core: number | undefined;
}

/** A load generator, run in a process of its own and measured by its own rate and CPU time. */
export interface Peer {
  readonly name: string;
  readonly transport: BundledTransport;
  run(load: Load): Promise<Measurement>;
}

export const peers: readonly Peer[] = [
  wrk,
  nodePeer('autocannon', 'http', new URL('./peers/autocannon-client.ts', import.meta.url)),
  nodePeer('ws', 'websocket', new URL('./peers/ws-client.ts', import.meta.url)),
  mcpb('http'),
  mcpb('websocket'),
  mcpb('tcp'),
];

/** The peer as it is measured against one server. */
export function against(server: Server, { name, transport, run }: Peer, load: Pick<Load, 'seconds' | 'core'>): Subject {
  const url = server.urls[transport];
  return { name, transport, measure: (connections) => run({ ...load, url, connections }) };
}
