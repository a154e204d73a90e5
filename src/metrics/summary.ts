import type { Era } from '../wire/mcp.ts';
import { isReply, Outcome, type OutcomeClass, outcomeClasses } from '../wire/outcome.ts';
import type { Collector } from './collector.ts';
import { Total } from './distribution.ts';
import type { Distribution, Metrics, OperationMetrics, OutcomeCounts, StageResult } from './figures.ts';
import {
  type MeasuredPlan,
  type Row,
  type RunQuantity,
  type StageQuantity,
  stageQuantities,
  timedRows,
  timeQuantities,
} from './series.ts';

const classes = outcomeClasses.length;

/** The rows of the measure phase that a predicate picks. */
export function measuredRows(collector: Collector, pick: (row: Row) => boolean = () => true): number[] {
  return collector.layout.rows.flatMap((row, index) => (row.stage >= 0 && pick(row) ? [index] : []));
}

/** Adds up one quantity over rows. */
export function totalOf(collector: Collector, rows: readonly number[], quantity: StageQuantity): Total {
  const total = new Total();
  for (const row of rows)
    total.merge(collector.series(collector.numbers.stage(row, stageQuantities.indexOf(quantity))));
  return total;
}

export function outcomeCounts(collector: Collector, rows: readonly number[]): OutcomeCounts {
  const count = (index: number) => rows.reduce((sum, row) => sum + collector.outcomes[row * classes + index], 0);
  return Object.fromEntries(outcomeClasses.map((name, index) => [name, count(index)])) as OutcomeCounts;
}

/** Everything that is known of a set of rows over `seconds` of load; times are those of the arrivals among them. */
export function operationMetrics(collector: Collector, rows: readonly number[], seconds: number): OperationMetrics {
  const outcomes = outcomeCounts(collector, rows);
  const planned = sumOver(collector.planned, rows);
  const timed = timedRows(collector.layout, rows);
  const distribution = (quantity: StageQuantity, censored: StageQuantity) =>
    totalOf(collector, timed, quantity).distribution(totalOf(collector, timed, censored));
  const rpcErrors = codes(collector.rpcErrors, rows);
  const httpStatus = codes(collector.httpStatus, rows);
  const latencyByOutcome = latencies(collector, rows);
  return {
    requests: {
      planned,
      sent: sumOver(collector.sent, rows),
      completed: replied(outcomes),
      dropped: outcomes.dropped,
      unanswered: outcomes.unanswered,
    },
    throughputPerSecond: seconds > 0 ? sumOver(collector.delivered, rows) / seconds : 0,
    errorRate: planned === 0 ? 0 : 1 - outcomes.ok / planned,
    responseTime: distribution('responseTime', 'censoredResponseTime'),
    targetTime: distribution('targetTime', 'censoredTargetTime'),
    serviceTime: distribution('serviceTime', 'censoredServiceTime'),
    generatorLag: totalOf(collector, timed, 'generatorLag').distribution(),
    ...waits(collector, timed),
    ...parts(collector, timed),
    outcomes,
    ...(rows.length > 0 && rows.every((row) => collector.layout.rows[row].inSession) ? { inSession: true } : {}),
    ...(rpcErrors ? { rpcErrors } : {}),
    ...(httpStatus ? { httpStatus } : {}),
    ...(latencyByOutcome ? { latencyByOutcome } : {}),
  };
}

/** The block `metrics` of a result: the measure phase, all operations. */
export function runMetrics(
  collector: Collector,
  seconds: number,
  levels: { readonly peakConnections: number; readonly meanInFlight: number },
): Metrics {
  const { counters } = collector;
  const base = operationMetrics(collector, measuredRows(collector), seconds);
  const run = (quantity: RunQuantity): Distribution => collector.series(collector.numbers.run(quantity)).distribution();
  const sent = sumOver(collector.sent, [...collector.sent.keys()]);
  const everything = outcomeCounts(collector, [...collector.layout.rows.keys()]);
  const replies = replied(everything);
  return {
    ...base,
    receiveLag: totalOf(collector, measuredRows(collector), 'receiveLag').distribution(),
    correlation: {
      outOfOrder: counters.outOfOrder,
      duplicate: counters.duplicate,
      unknownId: counters.unknownId,
      late: counters.late,
      notifications: counters.notifications,
      serverRequests: counters.serverRequests,
    },
    connections: {
      opened: counters.opened,
      failed: counters.failed,
      ...(collector.connectFailures.size > 0 ? { failures: Object.fromEntries(collector.connectFailures) } : {}),
      lost: counters.lost,
      ...(counters.lostOnReuse > 0 ? { lostOnReuse: counters.lostOnReuse } : {}),
      peak: levels.peakConnections,
      resumed: counters.resumed,
      connect: run('connect'),
      tls: run('tls'),
      upgrade: run('upgrade'),
      initialize: run('initialize'),
    },
    inFlight: { mean: levels.meanInFlight, max: counters.inFlightMax },
    bytes: {
      sent: counters.bytesSent,
      received: counters.bytesReceived,
      sentPerRequest: sent === 0 ? 0 : counters.bytesSent / sent,
      receivedPerReply: replies === 0 ? 0 : counters.bytesReceived / replies,
    },
  };
}

/** HTTP statuses of the measure phase by era. `eras`: those the scenarios were made in. */
export function httpStatusByEra(collector: Collector, eras: readonly Era[]): Pick<Metrics, 'httpStatusByEra'> {
  const found = [...new Set(eras)].flatMap((era) => {
    const rows = measuredRows(collector, ({ scenario }) => eras[scenario] === era);
    const statuses = codes(collector.httpStatus, rows);
    return statuses ? [[era, statuses]] : [];
  });
  return found.length > 0 ? { httpStatusByEra: Object.fromEntries(found) } : {};
}

/** By operation name, over all scenarios and stages. `seconds`: length of the measure phase. */
export function operationsOf(
  collector: Collector,
  pick: (row: Row) => boolean,
  seconds: number,
): Record<string, OperationMetrics> {
  const names = new Set(collector.layout.rows.filter(pick).map(({ operationName }) => operationName));
  return Object.fromEntries(
    [...names].map((name) => {
      const rows = measuredRows(collector, (row) => pick(row) && row.operationName === name);
      return [name, operationMetrics(collector, rows, seconds)];
    }),
  );
}

/** Every stage of every scenario. `ended`: seconds of the run after which no load was made, when it was cut short. */
export function stageResults(collector: Collector, plan: MeasuredPlan, ended: number): StageResult[] {
  return plan.scenarios.flatMap((scenario, index) => {
    let from = 0;
    return scenario.executor.stages.map((stage, number) => {
      const inStage = (row: { scenario: number; stage: number }) => row.scenario === index && row.stage === number;
      const seconds = loadSeconds(scenario, number, ended);
      from += stage.seconds;
      return {
        index: number,
        scenario: scenario.name,
        name: stage.name,
        from: from - stage.seconds,
        to: from,
        target: stage.to,
        metrics: operationMetrics(collector, measuredRows(collector, inStage), seconds),
        operations: operationsOf(collector, inStage, seconds),
      };
    });
  });
}

/** Seconds of measured load of a scenario, in a stage, or both: those of the one that had the longest. `ended` as above. */
export function selectedSeconds(
  plan: MeasuredPlan,
  { scenario: name, stage }: { readonly scenario?: string; readonly stage?: number },
  ended: number,
): number {
  const chosen = plan.scenarios.filter((scenario) => name === undefined || scenario.name === name);
  const inAll = (scenario: MeasuredPlan['scenarios'][number]) =>
    scenario.executor.stages.reduce((sum, _, number) => sum + loadSeconds(scenario, number, ended), 0);
  const seconds = chosen.map((scenario) =>
    stage === undefined ? inAll(scenario) : loadSeconds(scenario, stage, ended),
  );
  return Math.max(0, ...seconds);
}

function loadSeconds({ startTime, phases, executor }: MeasuredPlan['scenarios'][number], stage: number, ended: number) {
  const before = executor.stages.slice(0, stage).reduce((sum, { seconds }) => sum + seconds, 0);
  const planned = executor.stages[stage]?.seconds ?? 0;
  return Math.max(0, Math.min(planned, ended - startTime - phases.warmup - before));
}

/** HDR V2 by stage → operation → quantity. */
export function encodedHistograms(collector: Collector, plan: MeasuredPlan): Record<string, Record<string, string>>[] {
  return plan.scenarios.flatMap((scenario, index) =>
    scenario.executor.stages.map((_, stage) => {
      const operations: Record<string, Record<string, string>> = {};
      measuredRows(collector, (row) => row.scenario === index && row.stage === stage).forEach((row) => {
        operations[collector.layout.rows[row].operationName] = encodedRow(collector, row);
      });
      return operations;
    }),
  );
}

function encodedRow(collector: Collector, row: number): Record<string, string> {
  return Object.fromEntries(
    timeQuantities.flatMap((quantity, index) => {
      const total = collector.series(collector.numbers.stage(row, index));
      return total.count === 0 ? [] : [[quantity, total.encode()]];
    }),
  );
}

/** Only waits are recorded: of the exchanges that were released, all others were sent at once. */
function waits(collector: Collector, rows: readonly number[]) {
  const released = sumOver(collector.planned, rows) - outcomeCounts(collector, rows).dropped;
  const targetWait = totalOf(collector, rows, 'targetWait');
  const limitWait = totalOf(collector, rows, 'limitWait');
  targetWait.addZeros(released - targetWait.count - limitWait.count);
  return {
    targetWait: targetWait.distribution(totalOf(collector, rows, 'censoredTargetWait')),
    ...(limitWait.count > 0 ? { limitWait: limitWait.distribution() } : {}),
  };
}

/** The first byte of a reply that came in one piece is its last. It is a lower bound where there was none, not where the rest did not come. */
function parts(collector: Collector, rows: readonly number[]) {
  const parted = totalOf(collector, rows, 'partedServiceTime');
  if (parted.count === 0) return {};
  const serviceTime = totalOf(collector, rows, 'serviceTime');
  const firstByte = serviceTime.replacing(parted, totalOf(collector, rows, 'partedFirstByte'));
  const broken = totalOf(collector, rows, 'censoredPartedServiceTime');
  const censored = totalOf(collector, rows, 'censoredServiceTime').replacing(broken, new Total());
  const firstEvent = totalOf(collector, rows, 'firstEvent');
  return {
    firstByte: firstByte.distribution(censored),
    ...(firstEvent.count > 0 ? { firstEvent: firstEvent.distribution() } : {}),
  };
}

function replied(outcomes: OutcomeCounts): number {
  return outcomeClasses.reduce((sum, name, outcome) => (isReply(outcome) ? sum + outcomes[name] : sum), 0);
}

function latencies(collector: Collector, rows: readonly number[]) {
  const found: Partial<Record<OutcomeClass, Distribution>> = {};
  outcomeClasses.forEach((name, outcome) => {
    if (outcome === Outcome.ok) return;
    const total = new Total();
    for (const row of rows) total.merge(collector.series(collector.numbers.outcome(row, outcome)));
    if (total.count > 0) found[name] = total.distribution();
  });
  return Object.keys(found).length > 0 ? found : undefined;
}

/** `row:code` → count, for some rows, by code. */
function codes(counts: ReadonlyMap<string, number>, rows: readonly number[]): Record<string, number> | undefined {
  const found: Record<string, number> = {};
  for (const [key, count] of counts) {
    const [row, code] = key.split(':');
    if (rows.includes(Number(row))) found[code] = (found[code] ?? 0) + count;
  }
  return Object.keys(found).length > 0 ? found : undefined;
}

export function sumOver(values: Float64Array, rows: readonly number[]): number {
  return rows.reduce((sum, row) => sum + values[row], 0);
}
