import type { Collector } from '../metrics/collector.ts';
import type { Metrics, OperationMetrics } from '../metrics/figures.ts';
import { type Model, type Plan, spins } from '../scenario/plan.ts';
import type { ThresholdResult } from '../scenario/threshold-results.ts';
import type { GcSummary } from './pool.ts';
import type { LevelRow, RunRecord } from './run-record.ts';

/** A second of the measure phase as the rules per second see it. */
export type Second = Pick<LevelRow, 'late' | 'steal' | 'ok' | 'responseP50'>;

/** What the judgement of a run rests on. Ratios 0…1, null = not known. */
export interface Evidence extends Disturbances {
  readonly model: Model;
  /** Some calls follow the first one of an open arrival. */
  readonly inSession: boolean;
  readonly metrics: Metrics;
  /** Of the virtual users, where arrivals are measured beside them: the times of `metrics` are those of the arrivals. */
  readonly closedBeside: Pick<OperationMetrics, 'responseTime' | 'generatorLag'> | undefined;
  readonly thresholds: readonly ThresholdResult[];
  readonly steal: number | null;
  readonly throttled: number | null;
  /** CPU of the target in cores; null = not measured. */
  readonly targetCores: number | null;
  /** Exchanges by which planned = Σ outcomes does not hold somewhere in the result. */
  readonly unaccounted: number;
  /** Deviation from Little's law over the run; null = not judged. */
  readonly littleDeviation: number | null;
  readonly interrupted: boolean;
  /** Why the target could not be reached any more when the load ended. */
  readonly targetGone: string | undefined;
}

/** What is known of the generator, the machine and the course of the run. */
export interface Disturbances {
  readonly seconds: readonly Second[];
  /** When the generator did not run, though it had asked to and no other program had its core. */
  readonly suspension: { readonly longestMillis: number; readonly atSecond: number; readonly share: number };
  /** Share of the time the workers had work, of their cores or of their event loops. */
  readonly workersBusy: number;
  /** They poll between instants, so that their event loops never rest. */
  readonly polls: boolean;
  /** Share of the time they were ready to run and had no core. */
  readonly cpuWait: number | null;
  readonly gc: { readonly share: number; readonly longestMicros: number };
  /** Share of all cores that was in use, where the target is on this machine. */
  readonly coresBusy: number | null;
  /** Wall clock minus monotonic clock over the run, ms. */
  readonly clockShiftMillis: number;
  /** Due requests that found our own queue full. */
  readonly overflowed: number;
  /** The longest time in which the target owed replies and sent none; `atEnd`: it had stopped answering. */
  readonly silence: { readonly longestMillis: number; readonly atEnd: boolean };
  /** The load is the same from the first measured second to the last. */
  readonly steadyLoad: boolean;
}

/** Arrivals per second and worker from which the next one is polled for. */
const pollsFrom = 5000;

export function disturbances(plan: Plan, record: RunRecord, gc: GcSummary, onLoopback: boolean): Disturbances {
  const { workers } = plan;
  const { begin, end, rows } = record;
  const elapsed = rows.at(-1)?.seconds ?? 0;
  return {
    seconds: measured(record),
    suspension: suspensionOf(record, workers),
    workersBusy: workersBusy(record, workers),
    polls: polls(plan),
    cpuWait: cpuWait(record, workers),
    gc: { share: elapsed === 0 ? 0 : gc.totalMicros / 1e6 / elapsed / workers, longestMicros: gc.maxMicros },
    coresBusy: onLoopback ? coresBusy(record) : null,
    clockShiftMillis: end.wallClock - begin.wallClock - (end.at - begin.at),
    overflowed: record.collector.counters.overflowed,
    silence: silenceOf(record, record.collector, workers),
    steadyLoad: isSteady(plan),
  };
}

export type MeasuredRow = LevelRow & { readonly length: number };

/** Rows of which at least half lies inside the measure phase, with their length in seconds. */
export function measured({ rows, window, cutAt }: RunRecord): MeasuredRow[] {
  const end = Math.min(window.to, cutAt ?? Number.POSITIVE_INFINITY);
  return rows.flatMap((row) => {
    const from = Math.max(0, row.sequence);
    const length = row.seconds - from;
    const inside = Math.min(row.seconds, end) - Math.max(from, window.from);
    return row.sequence >= 0 && length > 0 && inside >= length / 2 - 1e-3 ? [{ ...row, length }] : [];
  });
}

/** Mean of a figure per second of the measured rows; 0 when there is none. */
export function perSecond(record: RunRecord, of: (row: MeasuredRow) => number): number {
  const rows = measured(record);
  const seconds = rows.reduce((sum, { length }) => sum + length, 0);
  return seconds === 0 ? 0 : rows.reduce((sum, row) => sum + of(row), 0) / seconds;
}

/** A suspension belongs to the measure phase when it reaches into it, wherever it began. */
function suspensionOf(record: RunRecord, workers: number): Disturbances['suspension'] {
  const { from, to } = record.window;
  const inside = record.rows.filter(
    ({ longestStallAt, longestStallMillis }) =>
      longestStallMillis > 0 && longestStallAt < to && longestStallAt + longestStallMillis / 1000 > from,
  );
  const longest = inside.reduce<LevelRow | undefined>(
    (most, row) => (most === undefined || row.longestStallMillis > most.longestStallMillis ? row : most),
    undefined,
  );
  return {
    longestMillis: longest?.longestStallMillis ?? 0,
    atSecond: longest?.longestStallAt ?? 0,
    share: perSecond(record, (row) => row.stallMillis / 1000 / workers),
  };
}

/**
 * How busy the workers were: CPU of the cores they could have used, or the share of time their event loops never slept,
 * which is more where other programs took part of the cores.
 */
function workersBusy(record: RunRecord, workers: number): number {
  const cores = perSecond(record, (row) => row.cpuMicros / 1e6 / workers);
  const eventLoops = perSecond(record, (row) => row.eventLoopUtilization * row.length);
  return Math.min(1, Math.max(cores, eventLoops));
}

function polls(plan: Plan): boolean {
  const open = plan.scenarios.filter(({ executor }) => executor.model !== 'closed');
  const rate = open.reduce(
    (sum, { executor }) => sum + Math.max(...executor.stages.map(({ from, to }) => Math.max(from, to))),
    0,
  );
  return spins(plan) || rate / plan.workers >= pollsFrom;
}

function cpuWait(record: RunRecord, workers: number): number | null {
  const known = measured(record).every(({ cpuWaitMillis }) => cpuWaitMillis !== null);
  return known ? perSecond(record, (row) => (row.cpuWaitMillis ?? 0) / 1000 / workers) : null;
}

function coresBusy({ begin, end }: RunRecord): number | null {
  const [before, after] = [begin.machine.ticks, end.machine.ticks];
  if (before === null || after === null || after.total <= before.total) return null;
  return (after.busy - before.busy) / (after.total - before.total);
}

/** The target had stopped answering when it answered no worker any more. */
function silenceOf(
  { rows, window }: RunRecord,
  { silentForMillis }: Collector,
  workers: number,
): Disturbances['silence'] {
  const inTime = rows.filter(({ seconds }) => seconds > window.from).map(({ silenceMillis }) => silenceMillis);
  return { longestMillis: Math.max(0, ...inTime), atEnd: silentForMillis.length === workers };
}

function isSteady({ scenarios: [first, ...others] }: Plan): boolean {
  return [first, ...others].every(
    ({ startTime, phases, executor: { stages, iterations, iterationsPerVU } }) =>
      startTime === first.startTime &&
      phases.measure === first.phases.measure &&
      iterations === undefined &&
      iterationsPerVU === undefined &&
      stages.every(({ from, to }) => from === stages[0].from && to === stages[0].from),
  );
}
