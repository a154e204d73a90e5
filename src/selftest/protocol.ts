import type { BehaviourSpec } from './behaviour.ts';
import type { Address, SelftestTransport } from './endpoint.ts';

/** From `from` to `to`, ms of the process-wide monotonic clock. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

/** What a server is to be; without a behaviour it answers at once, as cheaply as it can, and records nothing. */
export interface ServerSpec {
  readonly transport: SelftestTransport;
  readonly behaviour?: BehaviourSpec;
}

export type ToServer =
  | { readonly type: 'serve'; readonly spec: ServerSpec }
  /** The schedule starts at `at`, ms of the process-wide monotonic clock. */
  | { readonly type: 'begin'; readonly at: number }
  /** The load is over. `stops`: when the process was kept from running by the test itself. */
  | { readonly type: 'finish'; readonly stops: readonly Interval[] };

/** How late the server was by its own account, whole µs by nearest rank. */
export interface ServerLateness {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

export interface ServerReport {
  readonly requests: number;
  readonly replies: number;
  readonly lateness: ServerLateness;
}

export type FromServer =
  | { readonly type: 'ready'; readonly address: Address }
  | ({ readonly type: 'report' } & ServerReport);
