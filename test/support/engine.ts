import { expect } from 'vitest';
import { processClockOffset, processNow } from '../../src/loadgen/clock.ts';
import { Engine } from '../../src/loadgen/engine.ts';
import { survey } from '../../src/loadgen/survey.ts';
import type { OpenFailure } from '../../src/loadgen/transport.ts';
import { Unreachable } from '../../src/loadgen/unreachable.ts';
import { Collector } from '../../src/metrics/collector.ts';
import type { Metrics } from '../../src/metrics/figures.ts';
import { littleDeviation, timeInSystem } from '../../src/metrics/identities.ts';
import { runMetrics } from '../../src/metrics/summary.ts';
import type { Overrides } from '../../src/scenario/overrides.ts';
import type { Plan, ScenarioPlan } from '../../src/scenario/plan.ts';
import { planFor } from '../../src/scenario/resolve.ts';

/** A plan as typed after `mcpb load`, without what a machine's configuration would add; `changes` go past the rules. */
export function planOf(overrides: Overrides, changes: Partial<ScenarioPlan> = {}): Plan {
  const plan = planFor({ overrides }, { env: {}, cwd: '/', cores: 2 });
  return { ...plan, scenarios: plan.scenarios.map((scenario) => ({ ...scenario, ...changes })) };
}

/** A worker's engine in this thread, so that a test can look at it while it works. */
export interface LocalEngine {
  readonly engine: Engine;
  /** Start of its clock, known when ready. */
  startsAt: number;
  readonly ready: Promise<void>;
  readonly done: Promise<Metrics>;
  readonly failure: Promise<OpenFailure>;
}

const startDelay = 20;

/** Surveys, prepares an engine and starts it when it is ready. */
export function startEngine(plan: Plan, worker = 0, workers = 1): LocalEngine {
  const ready = Promise.withResolvers<void>();
  const done = Promise.withResolvers<Metrics>();
  const failure = Promise.withResolvers<OpenFailure>();
  let collector: Collector | undefined;
  const engine = new Engine(
    { plan, worker, workers },
    {
      connecting: () => undefined,
      ready: () => {
        const at = processNow() + startDelay;
        local.startsAt = at - processClockOffset();
        engine.start(at);
        ready.resolve();
      },
      unreachable: failure.resolve,
      stopped: () => undefined,
      interval: (interval) => {
        collector ??= new Collector(engine.layout);
        collector.add(interval);
      },
      done: () => {
        try {
          done.resolve(balanced(engine, collector!));
        } catch (error) {
          done.reject(error);
        }
      },
    },
  );
  const local: LocalEngine = {
    engine,
    startsAt: Number.NaN,
    ready: ready.promise,
    done: done.promise,
    failure: failure.promise,
  };
  survey(plan)
    .then((facts) => engine.prepare(facts))
    .catch((error) => (error instanceof Unreachable ? failure.resolve(error.failure) : done.reject(error)));
  return local;
}

/** Runs a plan to its end. Rejects when the target is unreachable. */
export async function runHere(plan: Plan): Promise<Metrics> {
  const { done, failure } = startEngine(plan);
  return Promise.race([
    done,
    failure.then(({ message }) => {
      throw new Error(message);
    }),
  ]);
}

/** Whatever happened: every planned exchange has exactly one outcome, Little's law holds, and none still holds its slot. */
function balanced(engine: Engine, collector: Collector): Metrics {
  const metrics = runMetrics(collector, 1, { peakConnections: 0, meanInFlight: 0 });
  const ended = Object.values(metrics.outcomes).reduce((sum, count) => sum + count, 0);
  expect(ended, 'planned = Σ outcomes').toBe(metrics.requests.planned);
  expect(littleDeviation(timeInSystem(collector)!), 'in flight = rate × time').toBeLessThan(1e-6);
  expect(engine.table.used, 'slots still taken').toBe(0);
  expect(engine.sessions, 'sessions still counted as open').toBe(0);
  expect(engine.further, 'further connections still counted as open').toBe(0);
  return metrics;
}

/** The outcomes that did occur. */
export function outcomesOf({ outcomes }: Metrics): Record<string, number> {
  return Object.fromEntries(Object.entries(outcomes).filter(([, count]) => count > 0));
}
