/** What one program under load gave and cost, all in one window of time. */
export interface Measurement {
  readonly requestsPerSecond: number;
  /** CPU time of the measured process per request, in µs. */
  readonly userMicros: number;
  readonly kernelMicros: number;
  /** The most resident memory it had until the window closed. */
  readonly peakBytes: number;
  /** Of the load generator, at its end; null where it could not be had. */
  readonly report: ToolReport | null;
}

/** What a load generator says itself at its end, of a time that it chose itself. */
export interface ToolReport {
  /** That got their reply. */
  readonly requests: number;
  readonly requestsPerSecond: number;
  /** Requests that did not end well. */
  readonly errors: number;
  /** Arrivals that were due and never sent. */
  readonly dropped?: number;
  /** In µs; null where it is not asked or does not tell. */
  readonly latency: Latency | null;
  /** How late it sent what was due, in µs. */
  readonly lag?: Latency | null;
}

export interface Latency {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}
