import type { Distribution, OperationMetrics } from '../results/result.ts';
import type { Direction, RowKind } from './comparison.ts';
import type { StoredRun } from './run.ts';

/** Where a row is read: the whole run, or one stage of it. */
export interface Scope {
  readonly stage?: string;
  readonly metrics: (run: StoredRun) => OperationMetrics | undefined;
}

/** One line of the gate's table. */
export interface GateMetric {
  readonly name: string;
  readonly unit: 'us' | 'per_second' | 'bytes' | 'ratio';
  readonly direction: Direction;
  readonly kind: RowKind;
  readonly limit: number;
  /** stage: one row per stage of a staged scenario; run: one row. */
  readonly per: 'stage' | 'run';
  /** A single run beyond the limit is enough for a REGRESSION (point rule). */
  readonly decidesAtOnce: boolean;
  /** Latencies have a floor, and are meaningless when the generator was the limit. */
  readonly latency: boolean;
  readonly needsIdleGenerator: boolean;
  /** Percentile as a ratio, for the rule of samples per run. */
  readonly percentile?: number;
  readonly read: (run: StoredRun, scope: Scope) => number | null;
  /** Whether the value read is a lower bound. */
  readonly atLeast?: (run: StoredRun, scope: Scope) => boolean;
  readonly samples?: (run: StoredRun, scope: Scope) => number;
  /** Why this metric says nothing about these runs. */
  readonly exempt?: (run: StoredRun, resolved: Readonly<Record<string, unknown>>) => string | undefined;
}

const targetTime = (run: StoredRun, scope: Scope): Distribution | undefined => scope.metrics(run)?.targetTime;
const connect = (run: StoredRun): Distribution => run.metrics.connections.connect;

function latency(name: string, key: 'p50' | 'p95' | 'p99' | 'p999', percentile: number, kind: RowKind): GateMetric {
  return {
    name,
    unit: 'us',
    direction: 'up-is-worse',
    kind,
    limit: 0.1,
    per: 'stage',
    decidesAtOnce: name === 'p50',
    latency: true,
    needsIdleGenerator: true,
    percentile,
    read: (run, scope) => targetTime(run, scope)?.[key] ?? null,
    atLeast: (run, scope) => targetTime(run, scope)?.bounds?.[key] !== undefined,
    samples: (run, scope) => targetTime(run, scope)?.count ?? 0,
  };
}

/** Rows judged on a logarithmic scale. Error rate and achieved load are absolute: absolute-rows.ts. */
export const gateMetrics: readonly GateMetric[] = [
  {
    name: 'throughput',
    unit: 'per_second',
    direction: 'down-is-worse',
    kind: 'primary',
    limit: 0.1,
    per: 'run',
    decidesAtOnce: true,
    latency: false,
    needsIdleGenerator: true,
    read: (run) => run.metrics.throughputPerSecond,
    exempt: (run, resolved) => {
      if (run.model !== 'closed') return 'the schedule fixes it';
      return hasWaits(resolved) ? 'hold and think times fix it' : undefined;
    },
  },
  {
    name: 'cpu/request',
    unit: 'us',
    direction: 'up-is-worse',
    kind: 'primary',
    limit: 0.1,
    per: 'run',
    decidesAtOnce: true,
    latency: false,
    needsIdleGenerator: false,
    read: (run) => run.targetProcess?.cpuMicrosPerRequest ?? null,
  },
  latency('p50', 'p50', 0.5, 'primary'),
  latency('p95', 'p95', 0.95, 'primary'),
  latency('p99', 'p99', 0.99, 'tail'),
  latency('p99.9', 'p999', 0.999, 'shown'),
  {
    name: 'connect',
    unit: 'us',
    direction: 'up-is-worse',
    kind: 'primary',
    limit: 0.1,
    per: 'run',
    decidesAtOnce: false,
    latency: true,
    needsIdleGenerator: true,
    percentile: 0.5,
    read: (run) => connect(run).p50,
    samples: (run) => connect(run).count,
  },
  {
    name: 'memory/connection',
    unit: 'bytes',
    direction: 'up-is-worse',
    kind: 'primary',
    limit: 0.1,
    per: 'run',
    decidesAtOnce: false,
    latency: false,
    needsIdleGenerator: false,
    read: (run) => run.targetProcess?.rssBytesPerConnection ?? null,
    exempt: () => 'one level of connections is no slope',
  },
];

/** Names `--limit` knows, with those of the absolute rows. */
export const limitNames = [
  ...gateMetrics.filter(({ kind }) => kind !== 'shown').map(({ name }) => name),
  'errors',
  'achieved',
];

/** Whether an iteration waits for times that belong to the scenario rather than to the target. */
function hasWaits(resolved: Readonly<Record<string, unknown>>): boolean {
  return /"(hold|think)"/.test(JSON.stringify(resolved));
}
