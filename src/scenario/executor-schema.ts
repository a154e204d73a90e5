import { z } from 'zod';
import { count, duration, field, time } from '../config/values.ts';
import { thinkTime } from './step-schema.ts';
import { coreCount, level, rate } from './values.ts';

const vus = field(coreCount).optional();
const length = field(time).optional();

const stage = z
  .strictObject({ duration: field(duration), target: field(level) })
  .transform(({ duration: seconds, target }) => ({ seconds, target }));
const stages = z.array(stage).min(1, 'expected at least one stage');

const arrivals = {
  timeUnit: field(time).optional(),
  arrival: z.enum(['uniform', 'poisson']).optional(),
  maxVUs: field(count).optional(),
};

const iterations = { vus, iterations: field(count).optional(), maxDuration: length };

const sessions = z.strictObject({
  rate: field(rate).optional(),
  calls: field(count).optional(),
  think: thinkTime.optional(),
});

/**
 * The executors with their keys, each beside the keys of `outer` and of the steps an iteration makes. Those of
 * `connection-arrival` may be left out: the handshake is what it is about.
 */
export function withExecutors<Outer extends z.ZodRawShape, Steps extends z.ZodRawShape, Some extends z.ZodRawShape>(
  outer: Outer,
  steps: Steps,
  handshakeSteps: Some,
) {
  const shared = { ...outer, ...steps };
  return z.discriminatedUnion('executor', [
    z.strictObject({ ...shared, executor: z.literal('constant-vus').optional(), vus, duration: length }),
    z.strictObject({
      ...shared,
      executor: z.literal('ramping-vus'),
      startVUs: field(level).optional(),
      stages,
      gracefulRampDown: field(duration).optional(),
    }),
    z.strictObject({ ...shared, executor: z.literal('per-vu-iterations'), ...iterations }),
    z.strictObject({ ...shared, executor: z.literal('shared-iterations'), ...iterations }),
    z.strictObject({
      ...shared,
      executor: z.literal('constant-arrival-rate'),
      rate: field(rate),
      duration: length,
      vus,
      ...arrivals,
    }),
    z.strictObject({
      ...shared,
      executor: z.literal('ramping-arrival-rate'),
      startRate: field(level).optional(),
      stages,
      vus,
      ...arrivals,
    }),
    z.strictObject({
      ...shared,
      executor: z.literal('session-arrival'),
      sessions,
      duration: length,
      stages: stages.optional(),
      ...arrivals,
    }),
    z.strictObject({
      ...outer,
      ...handshakeSteps,
      executor: z.literal('connection-arrival'),
      rate: field(rate).optional(),
      duration: length,
      stages: stages.optional(),
      ...arrivals,
    }),
  ]);
}

const load = withExecutors({}, {}, {});

/** What a block says of how much load there is. */
export type Load = z.output<typeof load>;
