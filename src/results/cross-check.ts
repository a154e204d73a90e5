/** The same load made again by another program, after our own run. */
export interface CrossCheck {
  readonly driver: 'autocannon';
  readonly version: string;
  readonly figures?: CrossCheckFigures;
  /** Why there are no figures. */
  readonly failure?: string;
}

/** What the other program says, in its own sense of the words; times in µs, at its own resolution. */
export interface CrossCheckFigures {
  readonly seconds: number;
  readonly connections: number;
  readonly requests: {
    /** Responses with any status. */
    readonly completed: number;
    readonly errors: number;
    readonly timeouts: number;
    readonly non2xx: number;
  };
  /** Responses with a status of 2xx. */
  readonly throughputPerSecond: number;
  readonly latency: { readonly p50: number; readonly p90: number; readonly p99: number; readonly max: number };
}
