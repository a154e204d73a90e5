import { onTestFinished } from 'vitest';
import type { planOf } from '../engine.ts';
import type { ServerOptions, TestServer } from './server.ts';

/** What the contracts of a transport are tried on. */
export interface TransportCase {
  readonly name: string;
  start(options?: ServerOptions): Promise<TestServer>;
  /** One connection carries many exchanges, so that only ids tell replies apart. */
  readonly multiplexed: boolean;
  /** How the server sees a session end that is deleted. */
  readonly deleted: readonly string[];
  /** Plans against its servers, where a target's URL does not say everything. */
  readonly planOf?: typeof planOf;
}

/** A server that lives as long as its test. */
export async function serve(start: TransportCase['start'], options: ServerOptions = {}): Promise<TestServer> {
  const server = await start(options);
  onTestFinished(() => server.close());
  return server;
}
