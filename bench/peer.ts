import type { BundledTransport } from '../src/scenario/plan.ts';
import { bombardier } from './peers/bombardier.ts';
import { k6 } from './peers/k6.ts';
import { mcpb } from './peers/mcpb.ts';
import { nodePeer } from './peers/node-peer.ts';
import { oha } from './peers/oha.ts';
import { vegeta } from './peers/vegeta.ts';
import { wrk } from './peers/wrk.ts';
import type { Client } from './support/client.ts';

export interface Load {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  /** The core to hold the client on. */
  readonly core: number | undefined;
  /**
   * Arrivals a second, to be sent when they are due (open model). Without it a closed loop: each connection sends its
   * next request when the reply to the one before is there.
   */
  readonly rate?: number;
}

/** A load generator that is run in a process of its own. */
export interface Peer {
  readonly name: string;
  readonly transport: BundledTransport;
  /** The program it needs, where it is not one of this repository's. */
  readonly program?: string;
  /** Whether it has an open model. */
  readonly open: boolean;
  start(load: Load): Promise<Client>;
}

const autocannon = new URL('./peers/autocannon-client.ts', import.meta.url);
const sockets = new URL('./peers/socket-client.ts', import.meta.url);
const ws = new URL('./peers/ws-client.ts', import.meta.url);

export const peers: readonly Peer[] = [
  wrk,
  oha,
  bombardier,
  vegeta,
  nodePeer({ name: 'autocannon', transport: 'http', open: true, script: autocannon }),
  k6('http'),
  k6('websocket'),
  nodePeer({ name: 'ws', transport: 'websocket', open: false, script: ws }),
  nodePeer({ name: 'sockets', transport: 'http', open: false, script: sockets }),
  nodePeer({ name: 'sockets', transport: 'websocket', open: false, script: sockets }),
  nodePeer({ name: 'sockets', transport: 'tcp', open: false, script: sockets }),
  mcpb('http'),
  mcpb('websocket'),
  mcpb('tcp'),
];
