import { isOpen, isRamp, type Shape } from './executors.ts';
import type { ExecutorKind } from './plan.ts';
import type { Settings } from './settings.ts';

/** The settings that change the shape of the load. */
export const shapeKeys = ['vus', 'duration', 'requests', 'rate', 'stages'] as const;

export type ShapeKey = (typeof shapeKeys)[number];

/**
 * The shape after `-u -d -n -R -s`:
 *
 *     -s           ramping-vus from -u VUs; ramping-arrival-rate with -R (its start) or over an arrival executor
 *     -R           constant-arrival-rate
 *     -u and -d    constant-vus over a ramp of VUs
 *     otherwise    the executor stays
 *
 * `refuse` is told of a setting that would have no effect.
 */
export function reshape(base: Shape, settings: Settings, refuse: (key: ShapeKey, reason: string) => void): Shape {
  const { vus, duration, requests, rate, stages } = settings;
  const kind = kindOf(base, settings);
  if (stages && duration !== undefined) refuse('duration', 'stages have their own durations');
  if (requests !== undefined && isRamp(kind)) refuse('requests', `a number of requests does not go with ${kind}`);
  if (stages)
    return {
      kind,
      stages,
      start: isOpen(kind) ? rate : startVus(vus, refuse),
      vus: isOpen(kind) ? (vus ?? base.vus) : undefined,
    };
  if (isRamp(kind)) return keepRamp(base, settings, refuse);
  return {
    kind,
    vus: vus ?? base.vus,
    seconds: duration ?? base.seconds,
    rate: rate ?? base.rate,
    requests: requests ?? base.requests,
  };
}

function kindOf(base: Shape, { vus, duration, rate, stages }: Settings): ExecutorKind {
  if (stages) return rate !== undefined || isOpen(base.kind) ? 'ramping-arrival-rate' : 'ramping-vus';
  if (rate !== undefined) return 'constant-arrival-rate';
  return base.kind === 'ramping-vus' && vus !== undefined && duration !== undefined ? 'constant-vus' : base.kind;
}

function keepRamp(base: Shape, { vus, duration }: Settings, refuse: (key: ShapeKey, reason: string) => void): Shape {
  if (duration !== undefined) refuse('duration', `the stages of ${base.kind} have their own durations; use --stage`);
  if (vus !== undefined && !isOpen(base.kind)) refuse('vus', `the stages of ${base.kind} say the level; use --stage`);
  return isOpen(base.kind) ? { ...base, vus: vus ?? base.vus } : base;
}

function startVus(vus: Settings['vus'], refuse: (key: ShapeKey, reason: string) => void): number | undefined {
  if (typeof vus !== 'string') return vus;
  refuse('vus', 'a ramp starts at a number of VUs');
  return undefined;
}
