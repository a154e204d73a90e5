import { onTestFinished } from 'vitest';
import type { TransportKind } from '../../../src/scenario/plan.ts';
import type { ServerOptions, TestServer } from './server.ts';

/** What the contracts of a transport are tried on. */
export interface TransportCase {
  readonly name: TransportKind;
  start(options?: ServerOptions): Promise<TestServer>;
  /** One connection carries many exchanges, so that only ids tell replies apart. */
  readonly multiplexed: boolean;
}

/** A server that lives as long as its test. */
export async function serve(start: TransportCase['start'], options: ServerOptions = {}): Promise<TestServer> {
  const server = await start(options);
  onTestFinished(() => server.close());
  return server;
}
