import type { Plan, ScenarioPlan } from '../scenario/plan.ts';
import type { LevelRow } from './run-record.ts';

/** Memory of the target while so many connections stood. */
export interface MemoryLevel {
  readonly connections: number;
  readonly rssBytes: number;
}

/** Levels from which a slope is told. */
const fewestLevels = 4;
/** Sessions, and samples of the memory, from which a growth per session is told. */
const fewestSessions = 1000;
const fewestSamples = 20;

/**
 * Connections and memory on every plateau of the ladder of users: medians over its second half, when what was allocated on the way
 * there has settled. Empty where no ramp of users stands still.
 */
export function memoryLevels({ scenarios }: Plan, rows: readonly LevelRow[]): MemoryLevel[] {
  const ladder = scenarios
    .filter(({ executor }) => executor.kind === 'ramping-vus')
    .toSorted((a, b) => b.executor.vus - a.executor.vus)[0];
  if (ladder === undefined) return [];
  return plateaus(ladder).flatMap(({ from, to }) => {
    const settled = rows.filter(({ seconds, sequence }) => sequence >= 0 && seconds > (from + to) / 2 && seconds <= to);
    const known = settled.flatMap(({ targetRss }) => targetRss ?? []);
    if (known.length === 0) return [];
    return [{ connections: median(settled.map(({ connections }) => connections)), rssBytes: median(known) }];
  });
}

/** Bytes a connection: the least-squares slope over the levels; null with too few of them. */
export function bytesPerConnection(levels: readonly MemoryLevel[]): number | null {
  const distinct = new Set(levels.map(({ connections }) => connections)).size;
  return distinct < fewestLevels ? null : slope(levels.map(({ connections, rssBytes }) => [connections, rssBytes]));
}

/**
 * Bytes a session leaves behind: the least-squares slope of the target's memory over the sessions opened so far, in the measure
 * phase. Null where no clients come and go, or too few.
 */
export function bytesPerSession({ scenarios }: Plan, rows: readonly LevelRow[], window: Window): number | null {
  if (!scenarios.some(({ executor }) => executor.kind === 'session-arrival')) return null;
  let opened = 0;
  const points = rows.flatMap((row): [number, number][] => {
    opened += row.opened;
    const measured = row.sequence >= 0 && row.seconds > window.from && row.seconds <= window.to;
    return measured && row.targetRss !== null ? [[opened, row.targetRss]] : [];
  });
  if (points.length < fewestSamples || points[points.length - 1][0] - points[0][0] < fewestSessions) return null;
  return slope(points);
}

interface Window {
  readonly from: number;
  readonly to: number;
}

/** Stages that stay at their level, seconds of the run. */
function plateaus({ startTime, phases, executor }: ScenarioPlan): Window[] {
  let at = startTime + phases.warmup;
  return executor.stages.flatMap(({ seconds, from, to }) => {
    at += seconds;
    return from === to && to > 0 ? [{ from: at - seconds, to: at }] : [];
  });
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[(sorted.length - 1) >> 1];
}

/** Of y over x by least squares. */
function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (of: (point: readonly [number, number]) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [x, y] = [mean((point) => point[0]), mean((point) => point[1])];
  return mean((point) => (point[0] - x) * (point[1] - y)) / mean((point) => (point[0] - x) ** 2);
}
