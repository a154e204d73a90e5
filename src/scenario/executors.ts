import type { ExecutorKind, ExecutorPlan, StagePlan } from './plan.ts';
import type { Block } from './schema.ts';
import { type CoreCount, countOn } from './values.ts';

/** How much load and for how long, as written; what is absent has its default in `executorPlan`. */
export interface Shape {
  readonly kind: ExecutorKind;
  readonly vus?: CoreCount | undefined;
  readonly seconds?: number | undefined;
  /** Requests in all, after which the run ends. */
  readonly requests?: number | undefined;
  /** Arrivals per second. */
  readonly rate?: number | undefined;
  /** Level at the start of the first stage. */
  readonly start?: number | undefined;
  readonly stages?: readonly { readonly seconds: number; readonly target: number }[] | undefined;
}

const defaultVus = 10;
const defaultSeconds = 10;
/** The longest a run of a given number of requests may take: k6's maxDuration. */
const requestsCeiling = 600;

export function isRamp(kind: ExecutorKind): boolean {
  return kind === 'ramping-vus' || kind === 'ramping-arrival-rate';
}

export function isOpen(kind: ExecutorKind): boolean {
  return kind === 'constant-arrival-rate' || kind === 'ramping-arrival-rate';
}

/** The shape a scenario block writes; `timeUnit` is resolved into rates per second. */
export function shapeOf(block: Block): Shape {
  switch (block.executor) {
    case 'ramping-vus':
      return { kind: block.executor, start: block.startVUs, stages: block.stages };
    case 'constant-arrival-rate':
      return {
        kind: block.executor,
        rate: block.rate / (block.timeUnit ?? 1),
        vus: block.vus,
        seconds: block.duration,
      };
    case 'ramping-arrival-rate': {
      const unit = block.timeUnit ?? 1;
      const stages = block.stages.map(({ seconds, target }) => ({ seconds, target: target / unit }));
      return { kind: block.executor, start: (block.startRate ?? 0) / unit, stages, vus: block.vus };
    }
    default:
      return { kind: 'constant-vus', vus: block.vus, seconds: block.duration };
  }
}

/** The shape with what it leaves open taken from defaults; a ramp leaves nothing open. */
export function withGapsFilled(
  shape: Shape,
  defaults: { vus?: CoreCount | undefined; duration?: number | undefined },
): Shape {
  if (isRamp(shape.kind)) return shape;
  return { ...shape, vus: shape.vus ?? defaults.vus, seconds: shape.seconds ?? defaults.duration };
}

/** The plan of a shape on a machine with so many cores. Stage times are divided by `speed`. */
export function executorPlan(shape: Shape, cores: number, speed: number): ExecutorPlan {
  const open = isOpen(shape.kind);
  const stages = isRamp(shape.kind) ? rampStages(shape, open, speed) : [steadyStage(shape, open, cores, speed)];
  const highest = Math.max(...stages.flatMap(({ from, to }) => [from, to]));
  return {
    kind: shape.kind,
    model: open ? 'open' : 'closed',
    stages,
    vus: open ? countOn(cores, shape.vus ?? defaultVus) : highest,
    ...(shape.requests !== undefined && { iterations: shape.requests }),
  };
}

function steadyStage(shape: Shape, open: boolean, cores: number, speed: number): StagePlan {
  const level = open ? shape.rate! : countOn(cores, shape.vus ?? defaultVus);
  return { name: stageName(level, level, open), seconds: steadySeconds(shape, speed), from: level, to: level };
}

function steadySeconds({ seconds, requests, rate }: Shape, speed: number): number {
  if (seconds !== undefined || requests === undefined) return (seconds ?? defaultSeconds) / speed;
  return rate === undefined ? requestsCeiling : requests / rate;
}

/** A stage of no length is a jump: the next one begins at its target. k6 starts VUs at 1 and rates at 0. */
function rampStages(shape: Shape, open: boolean, speed: number): StagePlan[] {
  const stages: StagePlan[] = [];
  let from = shape.start ?? (open ? 0 : 1);
  for (const { seconds, target } of shape.stages!) {
    if (seconds > 0) stages.push({ name: stageName(from, target, open), seconds: seconds / speed, from, to: target });
    from = target;
  }
  return stages;
}

function stageName(from: number, to: number, open: boolean): string {
  const unit = open ? '/s' : ' VUs';
  return from === to ? `${to}${unit}` : `${from}→${to}${unit}`;
}
