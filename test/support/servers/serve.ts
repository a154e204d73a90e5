import { onTestFinished } from 'vitest';
import type { planOf } from '../engine.ts';
import type { ServerOptions, TestServer } from './server.ts';

/** What the contracts of a transport are tried on. */
export interface TransportCase {
  readonly name: string;
  /** What it runs over, where that is not a plain socket. */
  readonly over?: 'TLS';
  start(options?: ServerOptions): Promise<TestServer>;
  /** One connection carries many exchanges, so that only ids tell replies apart. */
  readonly multiplexed: boolean;
  /** All exchanges of a session go over the same connection; default: where it is multiplexed. */
  readonly oneConnection?: boolean;
  /** How the server sees a session end that is deleted. */
  readonly deleted: readonly string[];
  /** The same where it is killed; default: a reset. */
  readonly killed?: readonly string[];
  /** Why a client says it cannot connect where nothing listens; default: connection refused. */
  readonly unheard?: { readonly reason: string; readonly code?: string };
  /** How the protocol itself says behind a message that this was the last; none: only the end of the connection does. */
  readonly goodbye?: Uint8Array;
  /** A token is shown to its servers; default: yes. */
  readonly authenticates?: boolean;
  /** Plans against its servers, where a target's URL does not say everything. */
  readonly planOf?: typeof planOf;
}

/** A server that lives as long as its test. */
export async function serve(start: TransportCase['start'], options: ServerOptions = {}): Promise<TestServer> {
  const server = await start(options);
  onTestFinished(() => server.close());
  return server;
}
