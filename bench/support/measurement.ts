/** What one run of one program under load cost and gave. */
export interface Measurement {
  /** That got their reply. */
  readonly requests: number;
  readonly requestsPerSecond: number;
  /** CPU time of the measured process per request, in µs. */
  readonly userMicros: number;
  readonly kernelMicros: number;
  /** The most resident memory it had. */
  readonly peakBytes: number;
  /** Requests that did not end well. */
  readonly errors: number;
  /** Arrivals that were due and never sent. */
  readonly dropped: number;
  /** As the program itself reports it, in µs; null where it is not asked or does not tell. */
  readonly latency: Latency | null;
  /** How late it sent what was due, in µs; null where it does not tell. */
  readonly lag: Latency | null;
}

export interface Latency {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** What a load generator says at its end. */
export type ToolReport = Pick<Measurement, 'requests' | 'requestsPerSecond' | 'errors' | 'latency'> & {
  readonly dropped?: number;
};
