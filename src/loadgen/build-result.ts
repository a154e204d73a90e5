import { createHash } from 'node:crypto';
import type { Collector } from '../metrics/collector.ts';
import type { Metrics, OperationMetrics } from '../metrics/figures.ts';
import { histogramConfig } from '../metrics/histogram.ts';
import { littleDeviation, timeInSystem, unaccounted } from '../metrics/identities.ts';
import {
  encodedHistograms,
  httpStatusByEra,
  measuredRows,
  operationMetrics,
  operationsOf,
  runMetrics,
  stageResults,
} from '../metrics/summary.ts';
import { allowedCpus, openFileLimit } from '../results/limits.ts';
import type {
  CheckResult,
  Environment,
  GeneratorInfo,
  RunResult,
  TargetInfo,
  TargetProcess,
} from '../results/result.ts';
import type { Model, Plan } from '../scenario/plan.ts';
import { evaluate } from '../scenario/threshold-results.ts';
import { abortFinding, withAbort } from './abort.ts';
import { disturbances, measured, perSecond } from './evidence.ts';
import type { ScenarioFacts } from './facts.ts';
import { bytesPerConnection, bytesPerSession, memoryLevels } from './memory-levels.ts';
import { ownMemory } from './own-memory.ts';
import type { GcSummary } from './pool.ts';
import type { RunRecord } from './run-record.ts';
import { measuredSeconds, thresholdSource } from './threshold-source.ts';
import { judge } from './verdict.ts';
import { warmUpFindings } from './warm-up.ts';

export interface ResultContext {
  readonly sessionId: string;
  readonly runId: string;
  readonly createdBy: string;
  readonly engineRevision: number;
  readonly gc: GcSummary;
  readonly facts: readonly ScenarioFacts[];
  readonly interrupted: boolean;
  readonly environment: Environment;
  readonly identity?: TargetInfo['identity'];
  readonly target?: { readonly pid: number };
}

/** Less CPU time than this is too few clock ticks of 10 ms to be divided by requests. */
const leastCpuMicros = 200_000;

/** Connections from which memory per connection says something about connections. */
const fewestConnections = 1000;

/** The finished run as its result file holds it. */
export function buildResult(plan: Plan, record: RunRecord, context: ResultContext): RunResult {
  const { collector, window } = record;
  const seconds = record.windowSeconds;
  const figures = runMetrics(collector, seconds, {
    peakConnections: record.peak.connections,
    meanInFlight: perSecond(record, (row) => row.inFlightMillis / 1000),
  });
  const eras = context.facts.map(({ era }) => era);
  const metrics = { ...figures, ...httpStatusByEra(collector, eras) };
  const ended = record.cutAt ?? Number.POSITIVE_INFINITY;
  const source = thresholdSource(collector, measuredSeconds(plan, ended));
  const thresholds = withAbort(evaluate(plan.thresholds, source), record.abort);
  const targetProcess = context.target && targetProcessOf(plan, record, metrics, context.target.pid);
  const operations = operationsOf(collector, () => true, seconds);
  const stages = stageResults(collector, plan, ended);
  const stay = timeInSystem(collector);
  const model = modelOf(plan);
  const judged = judge({
    model,
    inSession: plan.scenarios.some(({ operations }) => operations.some(({ inSessionOf }) => inSessionOf !== undefined)),
    metrics,
    closedBeside: closedBeside(collector, seconds),
    thresholds,
    steal: context.environment.steal,
    throttled: context.environment.cgroup.throttledRatio,
    ...disturbances(plan, record, context.gc, context.environment.placement === 'loopback'),
    targetCores: targetProcess ? targetProcess.cpuPercent / 100 : null,
    unaccounted: unaccounted({ metrics, operations, stages }),
    littleDeviation: stay === undefined ? null : littleDeviation(stay),
    interrupted: context.interrupted,
    targetGone: collector.targetGone,
  });
  const startedAt = record.begin.wallClock - Math.round(window.from * 1000);
  const iso = (offset: number) => new Date(startedAt + offset * 1000).toISOString();
  return {
    schema: 'mcpb.result/1',
    createdBy: context.createdBy,
    engineRevision: context.engineRevision,
    runId: context.runId,
    sessionId: context.sessionId,
    startedAt: iso(0),
    exitCode: judged.exitCode,
    rps: metrics.throughputPerSecond,
    model,
    seed: plan.seed,
    speed: plan.speed,
    driver: 'mcpb',
    tags: plan.tags,
    units: { time: 'us', size: 'bytes' },
    window: { from: iso(window.from), to: iso(window.from + seconds), seconds },
    scenario: { name: plan.name, hash: plan.hash, resolved: plan.resolved },
    target: targetInfo(plan, context),
    verdict: judged.verdict,
    ...(record.abort && { abortedBy: { expression: record.abort.result.expression, seconds: record.abort.seconds } }),
    valid: judged.invalidReasons.length === 0,
    invalidReasons: judged.invalidReasons,
    certificate: judged.certificate,
    warnings: [
      ...(record.abort ? [abortFinding(record.abort, window)] : []),
      ...judged.warnings,
      ...warmUpFindings(plan, record.rows, window.from),
    ],
    metrics,
    operations,
    stages,
    checks: checksOf(collector),
    thresholds,
    generator: generatorOf(plan, record, metrics, context, judged.limitedBy),
    ...(targetProcess ? { targetProcess } : {}),
    environment: { ...context.environment, otherCores: otherCores(record, context.environment.cores) },
    timeline: record.table.build(),
    histograms: { config: histogramConfig, stages: encodedHistograms(collector, plan) },
  };
}

/** That of the scenario whose figures say least about a stall: one closed loop makes the blend a closed one. */
function modelOf({ scenarios }: Plan): Model {
  const models = new Set(scenarios.map(({ executor }) => executor.model));
  if (models.has('closed')) return 'closed';
  return models.has('session') ? 'session' : 'open';
}

/** What is measured of virtual users, in a run whose times are those of arrivals. */
function closedBeside(collector: Collector, seconds: number): OperationMetrics | undefined {
  const closed = measuredRows(collector, (row) => row.closed);
  const mixed = closed.length > 0 && closed.length < measuredRows(collector).length;
  return mixed ? operationMetrics(collector, closed, seconds) : undefined;
}

function targetInfo(plan: Plan, { facts, identity }: ResultContext): TargetInfo {
  const server = facts.find((known) => known.server)?.server;
  const dialect = plan.scenarios.find(({ target }) => target.dialect)?.target.dialect;
  const tls = facts.find((known) => known.tls)?.tls;
  return {
    url: plan.scenarios[0].target.url,
    ...(facts[0].address === undefined ? {} : { address: facts[0].address }),
    transport: [...new Set(plan.scenarios.map(({ target }) => target.transport))].join('+'),
    era: eraOf(facts),
    ...(dialect ? { dialect } : {}),
    ...(tls ? { tls } : {}),
    ...(server ? { server } : {}),
    ...argumentsInfo(facts),
    ...(identity ? { identity } : {}),
  };
}

/** Scenarios draw different arguments for the same tool: all of them count. */
function argumentsInfo(facts: readonly ScenarioFacts[]): Pick<TargetInfo, 'arguments'> {
  const tools = new Set(facts.flatMap(({ made = {} }) => Object.keys(made)));
  if (tools.size === 0) return {};
  const sha256 = (tool: string) =>
    createHash('sha256')
      .update(JSON.stringify(facts.map(({ made }) => made?.[tool])))
      .digest('hex');
  return { arguments: Object.fromEntries([...tools].map((tool) => [tool, sha256(tool)])) };
}

function eraOf(facts: readonly ScenarioFacts[]): TargetInfo['era'] {
  const [first, second] = new Set(facts.map(({ era }) => era));
  return second === undefined ? first : 'legacy+modern';
}

/** By name and operation, over all scenarios. */
function checksOf({ layout, checks }: Collector): CheckResult[] {
  const found = new Map<string, CheckResult>();
  layout.checks.forEach(({ name, operation }, i) => {
    const key = JSON.stringify([name, operation]);
    const { passed, failed } = found.get(key) ?? { passed: 0, failed: 0 };
    found.set(key, { name, operation, passed: passed + checks[2 * i], failed: failed + checks[2 * i + 1] });
  });
  return [...found.values()];
}

function generatorOf(
  plan: Plan,
  record: RunRecord,
  metrics: Metrics,
  { gc }: ResultContext,
  limitedBy: GeneratorInfo['limitedBy'],
): GeneratorInfo {
  const user = record.end.cpu.user - record.begin.cpu.user;
  const all = user + record.end.cpu.system - record.begin.cpu.system;
  const { completed } = metrics.requests;
  const { peak, baseRss } = record;
  return {
    workers: plan.workers,
    pacing: plan.pacing,
    cpuMicrosPerRequest: completed > 0 ? all / completed : null,
    userMicrosPerRequest: completed > 0 ? user / completed : null,
    rssBytes: ownMemory(),
    rssBytesPerConnection: peak.connections >= fewestConnections ? (peak.rss - baseRss) / peak.connections : null,
    eventLoopUtilization: Math.max(0, ...measured(record).map((row) => row.eventLoopUtilization)),
    gc,
    affinity: allowedCpus(),
    fdLimit: openFileLimit(),
    limitedBy,
  };
}

function targetProcessOf(plan: Plan, record: RunRecord, metrics: Metrics, pid: number): TargetProcess | undefined {
  const { begin, end, targetBase, targetLast } = record;
  if (!begin.target || !end.target || !targetBase || !targetLast) return undefined;
  const cpu = end.target.cpuMicros - begin.target.cpuMicros;
  const elapsed = (end.at - begin.at) * 1000;
  const served = metrics.requests.completed + metrics.correlation.late;
  return {
    pid,
    cpuMicrosPerRequest: served > 0 && cpu >= leastCpuMicros ? cpu / served : null,
    cpuPercent: elapsed > 0 ? (100 * cpu) / elapsed : 0,
    rssBytes: targetLast.rssBytes,
    rssBaseBytes: targetBase.rssBytes,
    rssPeakBytes: record.targetPeakRss,
    ...memoryOf(plan, record, targetBase.rssBytes),
  };
}

function memoryOf(plan: Plan, { peak, rows, window }: RunRecord, base: number) {
  const levels = memoryLevels(plan, rows);
  const grown = peak.connections >= fewestConnections ? (peak.targetRss - base) / peak.connections : null;
  const perSession = bytesPerSession(plan, rows, window);
  return {
    rssBytesPerConnection: peak.connections >= fewestConnections ? (bytesPerConnection(levels) ?? grown) : null,
    ...(perSession === null ? {} : { rssBytesPerSession: perSession }),
    ...(levels.length === 0 ? {} : { levels }),
  };
}

/**
 * Cores that neither we nor the target used: what of a disturbed machine can be seen from here. Unknown where the
 * target's own share is: it must not pass for that of others.
 */
function otherCores({ begin, end }: RunRecord, cores: number): number | null {
  const [before, after] = [begin.machine.ticks, end.machine.ticks];
  const elapsed = (end.at - begin.at) * 1000;
  if (before === null || after === null || after.total <= before.total || elapsed <= 0) return null;
  if (!begin.target || !end.target) return null;
  const busy = ((after.busy - before.busy) / (after.total - before.total)) * cores;
  const own = end.cpu.user - begin.cpu.user + end.cpu.system - begin.cpu.system;
  const target = end.target.cpuMicros - begin.target.cpuMicros;
  return Math.max(0, busy - (own + target) / elapsed);
}
