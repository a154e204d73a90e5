import { bringsClients, isClosed, isRamp, type Shape } from './executors.ts';
import type { ExecutorKind } from './plan.ts';
import type { Settings } from './settings.ts';

/** The settings that change the shape of the load. */
export const shapeKeys = ['vus', 'duration', 'requests', 'rate', 'stages'] as const;

export type ShapeKey = (typeof shapeKeys)[number];

type Refuse = (key: ShapeKey, reason: string) => void;

/**
 * The shape after `-u -d -n -R -s`:
 *
 *     -s           ramping-vus from -u VUs; ramping-arrival-rate with -R (its start) or over an arrival executor
 *     -R           constant-arrival-rate
 *     -n           shared-iterations; over arrivals, so many of them
 *     -u and -d    constant-vus over a ramp of VUs
 *     otherwise    the executor stays; arrivals of sessions and connections stay such under -R and -s too
 *
 * `refuse` is told of a setting that would have no effect.
 */
export function reshape(base: Shape, settings: Settings, refuse: Refuse): Shape {
  const kind = kindOf(base, settings);
  const own = kind === base.kind ? base : { arrival: base.arrival, vus: base.vus, seconds: base.seconds };
  const { vus, duration, requests, rate, stages } = settings;
  if (vus !== undefined && bringsClients(kind)) refuse('vus', `the clients of ${kind} come at a rate; use --rate`);
  if (stages && duration !== undefined) refuse('duration', 'stages have their own durations');
  if (stages || (isRamp(base) && kind === base.kind && rate === undefined)) {
    if (requests !== undefined) refuse('requests', `a number of requests does not go with ${kind}`);
    return stages ? ramp({ ...own, kind }, settings, refuse) : keepRamp(base, settings, refuse);
  }
  return {
    ...own,
    kind,
    start: undefined,
    stages: undefined,
    vus: vus ?? base.vus,
    seconds: duration ?? base.seconds,
    rate: rate ?? base.rate,
    iterations: requests ?? base.iterations,
  };
}

function kindOf(base: Shape, { vus, duration, requests, rate, stages }: Settings): ExecutorKind {
  if (bringsClients(base.kind)) return base.kind;
  if (stages) return rate !== undefined || !isClosed(base) ? 'ramping-arrival-rate' : 'ramping-vus';
  if (rate !== undefined) return 'constant-arrival-rate';
  const steady = !isRamp(base) || (isClosed(base) && vus !== undefined && duration !== undefined);
  if (requests !== undefined && isClosed(base) && steady) return 'shared-iterations';
  return isRamp(base) && steady ? 'constant-vus' : base.kind;
}

function ramp(own: Shape, { vus, rate, stages }: Settings, refuse: Refuse): Shape {
  const shape = { ...own, stages, rate: undefined, seconds: undefined };
  if (isClosed(own)) return { ...shape, start: startVus(vus, refuse), vus: undefined };
  return { ...shape, start: rate, vus: vus ?? own.vus };
}

function keepRamp(base: Shape, { vus, duration }: Settings, refuse: Refuse): Shape {
  if (duration !== undefined) refuse('duration', `the stages of ${base.kind} have their own durations; use --stage`);
  if (vus !== undefined && isClosed(base)) refuse('vus', `the stages of ${base.kind} say the level; use --stage`);
  return isClosed(base) ? base : { ...base, vus: vus ?? base.vus };
}

function startVus(vus: Settings['vus'], refuse: Refuse): number | undefined {
  if (typeof vus !== 'string') return vus;
  refuse('vus', 'a ramp starts at a number of VUs');
  return undefined;
}
