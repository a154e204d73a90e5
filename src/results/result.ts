import type { Metrics, OperationMetrics, StageResult } from '../metrics/figures.ts';
import type { Timeline } from '../metrics/timeline-table.ts';
import type { ThresholdResult } from '../scenario/threshold-results.ts';
import type { CertificateEntry } from './certificate.ts';
import type { CrossCheck } from './cross-check.ts';

export type {
  Distribution,
  Metrics,
  OperationMetrics,
  OutcomeCounts,
  PercentileKey,
  StageResult,
} from '../metrics/figures.ts';
export { type Timeline, timelineColumns } from '../metrics/timeline-table.ts';
export { type OutcomeClass, outcomeClasses } from '../wire/outcome.ts';

/**
 * `mcpb.result/1`: one run as data, read by every later command. Times are integer µs unless the key says otherwise
 * (`mean` is a float), sizes bytes, rates per second, ratios 0…1, instants ISO 8601 UTC. Thresholds are in ms.
 */
export interface RunResult {
  readonly schema: 'mcpb.result/1';
  readonly createdBy: string;
  readonly engineRevision: number;
  readonly runId: string;
  /** One invocation of `load --runs N`. */
  readonly sessionId: string;
  readonly startedAt: string;
  readonly exitCode: number;
  /** Same as metrics.throughputPerSecond, for `jq .rps`. */
  readonly rps: number;
  readonly model: 'open' | 'closed' | 'session';
  readonly seed: number;
  readonly speed: number;
  readonly driver: 'mcpb' | 'autocannon';
  readonly tags: Readonly<Record<string, string>>;
  readonly units: { readonly time: 'us'; readonly size: 'bytes' };
  readonly window: { readonly from: string; readonly to: string; readonly seconds: number };
  readonly scenario: {
    readonly name: string;
    readonly hash: string;
    readonly resolved: Readonly<Record<string, unknown>>;
  };
  readonly target: TargetInfo;
  readonly verdict: Verdict;
  /** The threshold that ended the run before its time, after so many seconds of measured load. */
  readonly abortedBy?: { readonly expression: string; readonly seconds: number };
  readonly valid: boolean;
  readonly invalidReasons: readonly Finding[];
  readonly warnings: readonly Finding[];
  /** Everything that validity and warnings of generator and machine were judged by. */
  readonly certificate: readonly CertificateEntry[];
  /** Measure phase, all operations. */
  readonly metrics: Metrics;
  readonly operations: Readonly<Record<string, OperationMetrics>>;
  readonly stages: readonly StageResult[];
  readonly checks: readonly CheckResult[];
  readonly thresholds: readonly ThresholdResult[];
  readonly generator: GeneratorInfo;
  readonly targetProcess?: TargetProcess;
  readonly environment: Environment;
  readonly timeline: Timeline;
  readonly histograms: Histograms;
  /** Where `--driver` asked for one. */
  readonly crossCheck?: CrossCheck;
}

export type Verdict =
  | 'pass'
  | 'thresholds-failed'
  | 'no-data'
  | 'invalid'
  | 'incomplete'
  | 'generator-limited'
  | 'unreachable'
  | 'interrupted';

export interface Finding {
  readonly code: string;
  readonly message: string;
  readonly value?: number;
  readonly limit?: number;
}

export interface TargetInfo {
  /** Without credentials; several scenarios: the first one's. */
  readonly url: string;
  /** What the host of the URL stood for during the run. */
  readonly address?: string;
  readonly transport: string;
  readonly era: 'legacy' | 'modern' | 'legacy+modern';
  /** How messages stand on a WebSocket. */
  readonly dialect?: 'plain' | 'envelope';
  /** What the first connection agreed on. */
  readonly tls?: { readonly version: string; readonly cipher: string };
  readonly server?: { readonly name: string; readonly version: string };
  /** sha256 of the arguments that were made from the schemas of the target's tools, by tool; absent where none were. */
  readonly arguments?: Readonly<Record<string, string>>;
  /** The target's own build, where it is known (bundled): what runs of one baseline session must share. */
  readonly identity?: { readonly version: string; readonly gitSha?: string; readonly dirty?: boolean };
}

export interface CheckResult {
  readonly name: string;
  readonly operation: string;
  readonly passed: number;
  readonly failed: number;
}

export interface GeneratorInfo {
  readonly workers: number;
  readonly pacing: string;
  readonly cpuMicrosPerRequest: number | null;
  readonly userMicrosPerRequest: number | null;
  readonly rssBytes: number;
  /** (RSS with all connections open − RSS before) / connections; null without a level to compare. */
  readonly rssBytesPerConnection: number | null;
  /** Highest of the workers over the window, 0…1. */
  readonly eventLoopUtilization: number;
  readonly gc: { readonly count: number; readonly totalMicros: number; readonly maxMicros: number };
  /** The CPUs it may use, `0-3,8`; null or absent = not known. */
  readonly affinity?: string | null;
  readonly fdLimit: number | null;
  readonly limitedBy: 'generator' | 'target' | 'schedule' | 'none';
}

export interface TargetProcess {
  readonly pid: number;
  readonly cpuMicrosPerRequest: number | null;
  /** 100 = one core. */
  readonly cpuPercent: number;
  readonly rssBytes: number;
  readonly rssBaseBytes: number;
  readonly rssPeakBytes: number;
  /** Slope over the levels where there are enough, else from no connection to the most; null without a level to compare. */
  readonly rssBytesPerConnection: number | null;
  /** What a session leaves behind when it has ended: slope over the sessions opened; absent where none come and go. */
  readonly rssBytesPerSession?: number;
  /** Memory at each level of a ladder of connections. */
  readonly levels?: readonly { readonly connections: number; readonly rssBytes: number }[];
}

export interface Environment {
  /** Readable id ending in eight hex digits: what must agree for two results to be compared. */
  readonly class: string;
  readonly os: string;
  readonly kernel: string;
  readonly arch: string;
  readonly cpuModel: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly node: string;
  readonly v8: string;
  readonly virtualization: 'vm' | 'container' | 'metal' | 'unknown';
  readonly cgroup: { readonly cpuQuota: number | null; readonly throttledRatio: number | null };
  /** Share of the window stolen by the hypervisor; null = not known. */
  readonly steal: number | null;
  /** Cores that programs other than generator and target used over the window; null or absent = not known. */
  readonly otherCores?: number | null;
  readonly placement: 'loopback' | 'remote';
  readonly ci?: string;
  /** What `--environment` said of the machines and networks of the run. */
  readonly declared?: Readonly<Record<string, unknown>>;
  /** CPU family, model, stepping and a hash of its flags. */
  readonly cpuSignature?: string;
  /** Eight hex digits that are the same until the next reboot; null = not known. */
  readonly boot?: string | null;
}

/** HDR V2 compressed, base64, by stage → operation → quantity. */
export interface Histograms {
  readonly config: { readonly lowest: number; readonly highest: number; readonly digits: number; readonly unit: 'us' };
  readonly stages: readonly Readonly<Record<string, Readonly<Record<string, string>>>>[];
}
