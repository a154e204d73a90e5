/** What one worker allows itself towards a backend. Sizes in bytes, times in ms. */
export interface UpstreamOptions {
  /** Connections at once; further requests wait. */
  readonly connections: number;
  /** Requests that may wait for a connection or for their session there. */
  readonly waiting: number;
  readonly connectMillis: number;
  /** How long an unused connection is kept; what the server says in `Keep-Alive` wins. */
  readonly idleMillis: number;
  /** Connections serve more than one request. */
  readonly keepAlive: boolean;
  readonly noDelay: boolean;
  /** Largest reply. */
  readonly maxReply: number;
}

export const defaultUpstream: UpstreamOptions = {
  connections: 256,
  waiting: 10_000,
  connectMillis: 5_000,
  idleMillis: 4_000,
  keepAlive: true,
  noDelay: true,
  maxReply: 16 * 1024 * 1024,
};
