/** One second of a run as the live outputs show it. Latencies in µs; null = too few samples. */
export interface LiveInterval {
  /** Seconds since the start of the load; negative while connecting. */
  readonly second: number;
  /** Length in seconds: the last one may be shorter. */
  readonly length: number;
  /** Planned length of the run in seconds, where it is known. */
  readonly of: number | null;
  readonly phase: 'connecting' | 'warm-up' | 'measure' | 'cool-down' | 'draining';
  /** Of the first scenario; the empty string outside the measure phase. */
  readonly stage: string;
  readonly vus: number;
  readonly connections: number;
  readonly inFlight: number;
  readonly planned: number;
  readonly sent: number;
  /** Replies of any kind. */
  readonly completed: number;
  readonly errors: number;
  readonly p50: number | null;
  readonly p99: number | null;
  readonly max: number | null;
  /** `>=`: it falls among requests that have no reply; `<=`: part of it is the generator's own lateness. */
  readonly bounds: Readonly<Partial<Record<'p50' | 'p99' | 'max', '>=' | '<='>>>;
  readonly lagP99: number | null;
  /** Highest of the workers, 0…1. */
  readonly eventLoopUtilization: number;
  readonly targetCpuPercent: number | null;
  readonly targetRssBytes: number | null;
  /** Generator trouble in words, empty when all is well. */
  readonly notes: readonly string[];
}
