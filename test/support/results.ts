import type { MachineEnvironment } from '../../src/results/environment.ts';
import {
  type Distribution,
  type Metrics,
  type OperationMetrics,
  type OutcomeClass,
  type OutcomeCounts,
  outcomeClasses,
  type RunResult,
  type StageResult,
  type Timeline,
  timelineColumns,
} from '../../src/results/result.ts';
import { seeded } from './random.ts';
import { distribution, encode, hdrConfig, histogram, sampleTimes, type Times } from './synthetic-times.ts';

export interface SyntheticRun {
  readonly seed?: number;
  readonly scenario?: string;
  /** Median of the target time in µs; response time is a little more, service time a little less. */
  readonly p50?: number;
  /** Requests of the run. */
  readonly requests?: number;
  readonly operations?: readonly string[];
  /** Names of stages; each gets an equal share of the requests. */
  readonly stages?: readonly string[];
  readonly throughput?: number;
  readonly cpuMicros?: number | null;
  readonly errors?: Partial<Readonly<Record<OutcomeClass, number>>>;
  readonly sessionId?: string;
  readonly runId?: string;
  readonly startedAt?: string;
  readonly environment?: Partial<MachineEnvironment>;
  readonly changes?: Partial<RunResult>;
}

/** A valid result as a run would leave it: log-normal times in real histograms, percentiles read from those. */
export function syntheticRun(options: SyntheticRun = {}): RunResult {
  const { seed = 1, scenario = 'probe', p50 = 1000, requests = 3000, cpuMicros = 40, errors = {} } = options;
  const { operations = ['tools/list'], stages = ['steady'] } = options;
  const share = Math.floor(requests / stages.length / operations.length);
  const rng = seeded(seed);
  const cells = stages.map(() => operations.map(() => sampleTimes(rng, p50, share)));
  const throughput = requests === 0 ? 0 : (options.throughput ?? 5000);
  const seconds = requests === 0 ? 0 : requests / throughput;
  const counted = (times: readonly Times[], failures = errors) => quantities(times, failures, seconds);
  const perOperation = (stage: number) =>
    Object.fromEntries(operations.map((name, index) => [name, counted([cells[stage][index]], {})]));
  const metrics = wholeRun(counted(cells.flat()), throughput, rng, p50);
  const startedAt = options.startedAt ?? new Date(Date.UTC(2026, 10, 23, 21, 0, seed)).toISOString();
  return {
    schema: 'mcpb.result/1',
    createdBy: 'mcpb 0.1.0',
    engineRevision: 1,
    runId: options.runId ?? `run-${seed}`,
    sessionId: options.sessionId ?? 'session-1',
    startedAt,
    exitCode: 0,
    rps: throughput,
    model: 'closed',
    seed: 42,
    speed: 1,
    driver: 'mcpb',
    tags: {},
    units: { time: 'us', size: 'bytes' },
    window: { from: startedAt, to: new Date(Date.parse(startedAt) + seconds * 1000).toISOString(), seconds },
    scenario: {
      name: scenario,
      hash: `hash-of-${scenario}`,
      resolved: { name: scenario, executor: 'constant-vus', vus: 8 },
    },
    target: {
      url: 'ws://127.0.0.1:4321/mcp',
      transport: 'websocket',
      era: 'legacy',
      identity: { version: '0.1.0', gitSha: '1a2b3c4d5e6f' },
    },
    verdict: 'pass',
    valid: true,
    invalidReasons: [],
    warnings: [],
    certificate: [
      { rule: 'generator_lag_p99', value: 11, limit: 5000, unit: 'us', verdict: 'pass' },
      { rule: 'steal', value: 0.002, limit: 0.02, unit: 'ratio', verdict: 'pass' },
      { rule: 'throttled', value: null, limit: 0.01, unit: 'ratio', verdict: 'unknown' },
    ],
    metrics,
    operations: Object.fromEntries(
      operations.map((name, index) => [
        name,
        counted(
          cells.map((row) => row[index]),
          operations.length === 1 ? errors : {},
        ),
      ]),
    ),
    stages: stages.map(
      (name, index): StageResult => ({
        index,
        scenario,
        name,
        from: (seconds / stages.length) * index,
        to: (seconds / stages.length) * (index + 1),
        target: 8,
        metrics: counted(cells[index], stages.length === 1 ? errors : {}),
        operations: perOperation(index),
      }),
    ),
    checks: [],
    thresholds: [{ expression: 'error_rate<0.01', value: metrics.errorRate, passed: metrics.errorRate < 0.01 }],
    generator: {
      workers: 1,
      pacing: 'auto',
      cpuMicrosPerRequest: 9.5,
      userMicrosPerRequest: 4.2,
      rssBytes: 90_000_000,
      rssBytesPerConnection: null,
      eventLoopUtilization: 0.41,
      gc: { count: 3, totalMicros: 4200, maxMicros: 1800 },
      fdLimit: 1_048_576,
      limitedBy: 'target',
    },
    ...(cpuMicros === null ? {} : { targetProcess: targetProcess(cpuMicros) }),
    environment: { ...syntheticEnvironment, ...options.environment },
    timeline: timelineOf(seconds),
    histograms: {
      config: hdrConfig,
      stages: cells.map((row) => Object.fromEntries(operations.map((name, index) => [name, encode(row[index])]))),
    },
    ...options.changes,
  };
}

export const syntheticEnvironment: MachineEnvironment = {
  class: 'x64-2c-4g-0a1b2c3d',
  os: 'Linux',
  kernel: '6.1.0-30-amd64',
  arch: 'x64',
  cpuModel: 'Example CPU',
  cpuSignature: '6/1/1 flags 00000000',
  cores: 2,
  memoryBytes: 4 * 2 ** 30,
  node: '26.10.0',
  v8: '14.0',
  virtualization: 'vm',
  cgroup: { cpuQuota: null, throttledRatio: null },
  steal: 0.002,
  otherCores: 0.02,
  placement: 'loopback',
  boot: 'abcdef01',
};

/** The same run with other figures and its histograms left alone: cheap, for simulations of comparisons. */
export function withFigures(
  run: RunResult,
  runId: string,
  factors: { readonly latency: number; readonly throughput: number; readonly cpu: number },
): RunResult {
  const { metrics, targetProcess } = run;
  const throughputPerSecond = metrics.throughputPerSecond * factors.throughput;
  return {
    ...run,
    runId,
    rps: throughputPerSecond,
    metrics: {
      ...metrics,
      throughputPerSecond,
      targetTime: scaled(metrics.targetTime, factors.latency),
      connections: { ...metrics.connections, connect: scaled(metrics.connections.connect, factors.latency) },
    },
    ...(targetProcess === undefined
      ? {}
      : {
          targetProcess: {
            ...targetProcess,
            cpuMicrosPerRequest: (targetProcess.cpuMicrosPerRequest ?? 0) * factors.cpu,
          },
        }),
  };
}

function scaled(distribution: Distribution, factor: number): Distribution {
  const times = (value: number | null) => (value === null ? null : value * factor);
  const { p50, p90, p95, p99, p999 } = distribution;
  return { ...distribution, p50: times(p50), p90: times(p90), p95: times(p95), p99: times(p99), p999: times(p999) };
}

function quantities(
  times: readonly Times[],
  errors: Partial<Readonly<Record<OutcomeClass, number>>>,
  seconds: number,
): OperationMetrics {
  const responseTime = distribution(times.map((one) => one.responseTime));
  const failed = Object.values(errors).reduce((sum, count) => sum + count, 0);
  const planned = responseTime.count + failed;
  return {
    requests: { planned, sent: planned, completed: planned, dropped: 0, unanswered: 0 },
    throughputPerSecond: seconds === 0 ? 0 : responseTime.count / seconds,
    errorRate: planned === 0 ? 0 : failed / planned,
    responseTime,
    targetTime: distribution(times.map((one) => one.targetTime)),
    serviceTime: distribution(times.map((one) => one.serviceTime)),
    generatorLag: distribution(times.map((one) => one.generatorLag)),
    targetWait: distribution([]),
    outcomes: { ...noOutcomes, ok: responseTime.count, ...errors },
  };
}

const noOutcomes = Object.fromEntries(outcomeClasses.map((name) => [name, 0])) as OutcomeCounts;

function wholeRun(
  measured: OperationMetrics,
  throughputPerSecond: number,
  rng: ReturnType<typeof seeded>,
  p50: number,
): Metrics {
  const connect = histogram();
  for (let index = 0; index < 100; index++)
    connect.recordValue(Math.max(1, Math.round((p50 / 2) * Math.exp(0.1 * rng.normal()))));
  return {
    ...measured,
    throughputPerSecond,
    receiveLag: measured.generatorLag,
    correlation: { outOfOrder: 0, duplicate: 0, unknownId: 0, late: 0, notifications: 0, serverRequests: 0 },
    connections: {
      opened: 100,
      failed: 0,
      lost: 0,
      peak: 8,
      resumed: 0,
      connect: distribution([connect]),
      tls: distribution([]),
      upgrade: distribution([]),
      initialize: distribution([]),
    },
    inFlight: { mean: 4.9, max: 8 },
    bytes: {
      sent: measured.requests.sent * 90,
      received: measured.requests.completed * 210,
      sentPerRequest: 90,
      receivedPerReply: 210,
    },
  };
}

/** One row that says only how long the run was. */
function timelineOf(seconds: number): Timeline {
  const row = timelineColumns.map((column) => (column === 't' ? seconds : null));
  return { intervalSeconds: 1, columns: timelineColumns, rows: [row] };
}

function targetProcess(cpuMicrosPerRequest: number) {
  return {
    pid: 4711,
    cpuMicrosPerRequest,
    cpuPercent: 62,
    rssBytes: 80_000_000,
    rssBaseBytes: 60_000_000,
    rssPeakBytes: 85_000_000,
    rssBytesPerConnection: null,
  };
}
