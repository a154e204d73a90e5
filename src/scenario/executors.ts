import type { Load } from './executor-schema.ts';
import type { ExecutorKind, ExecutorPlan, Model, StagePlan } from './plan.ts';
import { type CoreCount, countOn } from './values.ts';

/** How much load and for how long, as written; what is absent has its default in `executorPlan`. */
export interface Shape {
  readonly kind: ExecutorKind;
  readonly vus?: CoreCount | undefined;
  /** Of the measure phase; of iterations, the longest they may take. */
  readonly seconds?: number | undefined;
  /** In all, after which the run ends. */
  readonly iterations?: number | undefined;
  readonly iterationsPerVU?: number | undefined;
  /** Arrivals per second. */
  readonly rate?: number | undefined;
  /** Level at the start of the first stage. */
  readonly start?: number | undefined;
  readonly stages?: readonly { readonly seconds: number; readonly target: number }[] | undefined;
  readonly arrival?: 'uniform' | 'poisson' | undefined;
  readonly maxVUs?: number | undefined;
  readonly gracefulRampDown?: number | undefined;
}

const defaultVus = 10;
const defaultSeconds = 10;
/** k6's `maxDuration`. */
const longestSeconds = 600;
/** k6's `gracefulStop` and `gracefulRampDown`. */
export const defaultGrace = 30;

interface Kind {
  readonly model: Model;
  /** What a level counts. */
  readonly unit: string;
}

const kinds: Readonly<Record<ExecutorKind, Kind>> = {
  'constant-vus': { model: 'closed', unit: ' VUs' },
  'ramping-vus': { model: 'closed', unit: ' VUs' },
  'per-vu-iterations': { model: 'closed', unit: ' VUs' },
  'shared-iterations': { model: 'closed', unit: ' VUs' },
  'constant-arrival-rate': { model: 'open', unit: '/s' },
  'ramping-arrival-rate': { model: 'open', unit: '/s' },
  'session-arrival': { model: 'session', unit: ' sessions/s' },
  'connection-arrival': { model: 'open', unit: ' connections/s' },
};

/** Arrivals are clients of their own: no connection stands before the clock starts. */
export function bringsClients(kind: ExecutorKind): boolean {
  return kind === 'session-arrival' || kind === 'connection-arrival';
}

export function countsIterations(kind: ExecutorKind): boolean {
  return kind === 'per-vu-iterations' || kind === 'shared-iterations';
}

export function isRamp({ stages }: Shape): boolean {
  return stages !== undefined;
}

/** Its level is a number of virtual users, not a rate. */
export function isClosed({ kind }: Shape): boolean {
  return kinds[kind].model === 'closed';
}

/** The shape a scenario block writes; `timeUnit` is resolved into rates per second. */
export function shapeOf(load: Load): Shape {
  switch (load.executor) {
    case 'ramping-vus':
      return {
        kind: load.executor,
        start: load.startVUs,
        stages: load.stages,
        gracefulRampDown: load.gracefulRampDown,
      };
    case 'per-vu-iterations':
      return { kind: load.executor, vus: load.vus, iterationsPerVU: load.iterations ?? 1, seconds: load.maxDuration };
    case 'shared-iterations':
      return { kind: load.executor, vus: load.vus, iterations: load.iterations ?? 1, seconds: load.maxDuration };
    case 'constant-arrival-rate':
      return { kind: load.executor, vus: load.vus, ...arrivalsOf(load, load.rate) };
    case 'ramping-arrival-rate':
      return { kind: load.executor, vus: load.vus, ...arrivalsOf(load, load.startRate) };
    case 'session-arrival':
      return { kind: load.executor, ...arrivalsOf(load, load.sessions.rate) };
    case 'connection-arrival':
      return { kind: load.executor, ...arrivalsOf(load, load.rate) };
    default:
      return { kind: 'constant-vus', vus: load.vus, seconds: load.duration };
  }
}

interface ArrivalKeys {
  readonly timeUnit?: number | undefined;
  readonly duration?: number | undefined;
  readonly stages?: Shape['stages'];
  readonly arrival?: Shape['arrival'];
  readonly maxVUs?: number | undefined;
}

/** `rate`: the constant one, or that of the start where there are stages. */
function arrivalsOf({ timeUnit = 1, duration, stages, arrival, maxVUs }: ArrivalKeys, rate: number | undefined) {
  const level = rate === undefined ? undefined : rate / timeUnit;
  if (stages === undefined) return { rate: level, seconds: duration, arrival, maxVUs };
  const perSecond = stages.map(({ seconds, target }) => ({ seconds, target: target / timeUnit }));
  return { start: level ?? 0, stages: perSecond, arrival, maxVUs };
}

/** The shape with what it leaves open taken from defaults; a ramp leaves nothing open. */
export function withGapsFilled(
  shape: Shape,
  defaults: { vus?: CoreCount | undefined; duration?: number | undefined },
): Shape {
  if (isRamp(shape)) return shape;
  const seconds = shape.seconds ?? (countsIterations(shape.kind) ? undefined : defaults.duration);
  return { ...shape, vus: shape.vus ?? defaults.vus, seconds };
}

/** The plan of a shape on a machine with so many cores. Stage times are divided by `speed`. */
export function executorPlan(shape: Shape, cores: number, speed: number): ExecutorPlan {
  const { kind, iterations, iterationsPerVU, arrival, maxVUs, gracefulRampDown } = shape;
  const { model } = kinds[kind];
  const stages = isRamp(shape) ? rampStages(shape, speed) : [steadyStage(shape, cores, speed)];
  return {
    kind,
    model,
    stages,
    vus: connectionsOf(shape, cores, stages),
    ...(iterations !== undefined && { iterations }),
    ...(iterationsPerVU !== undefined && { iterationsPerVU }),
    ...(arrival === 'poisson' && { arrival }),
    ...(maxVUs !== undefined && { maxVUs }),
    ...(kind === 'ramping-vus' && { gracefulRampDown: gracefulRampDown ?? defaultGrace }),
  };
}

function connectionsOf(shape: Shape, cores: number, stages: readonly StagePlan[]): number {
  if (bringsClients(shape.kind)) return 0;
  if (isClosed(shape)) return Math.max(...stages.flatMap(({ from, to }) => [from, to]));
  return countOn(cores, shape.vus ?? Math.min(defaultVus, shape.maxVUs ?? defaultVus));
}

function steadyStage(shape: Shape, cores: number, speed: number): StagePlan {
  const level = isClosed(shape) ? countOn(cores, shape.vus ?? defaultVus) : (shape.rate ?? 0);
  return { name: stageName(level, level, shape.kind), seconds: steadySeconds(shape, speed), from: level, to: level };
}

/** What ends with its iterations has a limit of time instead of a length, which no speed divides. */
function steadySeconds({ kind, seconds, iterations, rate }: Shape, speed: number): number {
  if (countsIterations(kind)) return seconds ?? longestSeconds;
  if (seconds === undefined && iterations !== undefined && rate !== undefined) return iterations / rate;
  return (seconds ?? defaultSeconds) / speed;
}

/** A stage of no length is a jump: the next one begins at its target. k6 starts VUs at 1 and rates at 0. */
function rampStages(shape: Shape, speed: number): StagePlan[] {
  const stages: StagePlan[] = [];
  let from = shape.start ?? (isClosed(shape) ? 1 : 0);
  for (const { seconds, target } of shape.stages!) {
    const name = stageName(from, target, shape.kind);
    if (seconds > 0) stages.push({ name, seconds: seconds / speed, from, to: target });
    from = target;
  }
  return stages;
}

function stageName(from: number, to: number, kind: ExecutorKind): string {
  const { unit } = kinds[kind];
  return from === to ? `${to}${unit}` : `${from}→${to}${unit}`;
}
