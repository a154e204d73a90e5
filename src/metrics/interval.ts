import type { Snapshot } from './recorder.ts';

/** What one worker did in one second. Sequence −1: before the start. The last one may be shorter. */
export interface WorkerInterval {
  readonly sequence: number;
  /** ms since the start. */
  readonly to: number;
  readonly snapshot: Snapshot;
  readonly vus: number;
  readonly connections: number;
  readonly inFlight: number;
  /** 0…1 */
  readonly eventLoopUtilization: number;
  /** CPU time of the thread, µs. */
  readonly cpuMicros: number;
  /** How long the thread was ready to run and had no core; null = not known on this system. */
  readonly cpuWaitMillis: number | null;
  /** When the longest stall of the interval began, ms since the start; any number where there was none. */
  readonly longestStallAt: number;
  /** At the end of the load connections were gone and no new one came about: why. */
  readonly targetGone?: string;
  /** Nothing that was on the wire at the end of the load was answered, nor was anything for so long before. */
  readonly silentForMillis?: number;
}
