import type { Era } from '../wire/mcp.ts';
import type { OutcomeClass } from '../wire/outcome.ts';

/** Percentiles are null where there are too few samples (< 10 / (1 − p)); `bounds` marks censored ones, and the maximum, with ">=". */
export interface Distribution {
  readonly count: number;
  readonly sum: number;
  readonly min: number | null;
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly p999: number | null;
  readonly p9999: number | null;
  readonly max: number | null;
  readonly clamped: number;
  readonly bounds?: Readonly<Partial<Record<PercentileKey | 'max', '>='>>>;
}

export type PercentileKey = 'p50' | 'p90' | 'p95' | 'p99' | 'p999' | 'p9999';

export type OutcomeCounts = Readonly<Record<OutcomeClass, number>>;

/** The quantities every operation and every stage carries, of the requests planned in its time. */
export interface OperationMetrics {
  readonly requests: {
    readonly planned: number;
    readonly sent: number;
    /** With a reply of any kind. */
    readonly completed: number;
    readonly dropped: number;
    readonly unanswered: number;
  };
  /** `ok` replies that came in within the time, whenever they were planned. */
  readonly throughputPerSecond: number;
  readonly errorRate: number;
  readonly responseTime: Distribution;
  readonly targetTime: Distribution;
  readonly serviceTime: Distribution;
  readonly generatorLag: Distribution;
  /** From release to sending, where the target caused it; 0 where there was no wait. */
  readonly targetWait: Distribution;
  /** The waits that our own limits caused (connections, in flight); absent without any. */
  readonly limitWait?: Distribution;
  /** From sending; absent where every reply came in one piece: then it is the service time. */
  readonly firstByte?: Distribution;
  /** From sending, of replies in event streams; absent without any. */
  readonly firstEvent?: Distribution;
  readonly outcomes: OutcomeCounts;
  /** Calls behind the first of an open arrival: not in the times of what they are a part of. */
  readonly inSession?: true;
  readonly rpcErrors?: Readonly<Record<string, number>>;
  readonly httpStatus?: Readonly<Record<string, number>>;
  /** Response time of exchanges that did not end `ok`, by class. */
  readonly latencyByOutcome?: Readonly<Partial<Record<OutcomeClass, Distribution>>>;
}

export interface Metrics extends OperationMetrics {
  readonly receiveLag: Distribution;
  /** `httpStatus` by the era the requests were made in. */
  readonly httpStatusByEra?: Readonly<Partial<Record<Era, Readonly<Record<string, number>>>>>;
  readonly correlation: {
    readonly outOfOrder: number;
    readonly duplicate: number;
    readonly unknownId: number;
    readonly late: number;
    readonly notifications: number;
    readonly serverRequests: number;
  };
  readonly connections: {
    /** Clients that became usable, as `lost` counts clients: over HTTP they have as many connections as `connect` counts. */
    readonly opened: number;
    readonly failed: number;
    /** Failed attempts by code: `ECONNREFUSED`, `CERT_HAS_EXPIRED`, `HTTP_503`, `TIMEOUT`, … */
    readonly failures?: Readonly<Record<string, number>>;
    readonly lost: number;
    /** HTTP: requests whose connection, which had served before, ended without a byte of their reply; absent without any. */
    readonly lostOnReuse?: number;
    /** Most connections that stood at the end of a second: over HTTP those of all clients. */
    readonly peak: number;
    /** TLS handshakes that took up an earlier session. */
    readonly resumed: number;
    readonly connect: Distribution;
    readonly tls: Distribution;
    readonly upgrade: Distribution;
    readonly initialize: Distribution;
  };
  readonly inFlight: { readonly mean: number; readonly max: number };
  /** On the sockets, over the whole run: handshakes, notifications, pings and closes too. */
  readonly bytes: {
    readonly sent: number;
    readonly received: number;
    /** All of them by all requests, and by all replies: not the size of one. */
    readonly sentPerRequest: number;
    readonly receivedPerReply: number;
  };
}

export interface StageResult {
  readonly index: number;
  readonly scenario: string;
  readonly name: string;
  /** Seconds from the start of the measure phase. */
  readonly from: number;
  readonly to: number;
  /** VUs or arrivals per second at the end of the stage. */
  readonly target: number;
  readonly metrics: OperationMetrics;
  readonly operations: Readonly<Record<string, OperationMetrics>>;
}
