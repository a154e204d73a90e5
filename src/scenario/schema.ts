import { z } from 'zod';
import { stepsSchema } from './step-schema.ts';
import { dialects, framings, targetText, transports } from './target.ts';
import { parseThreshold } from './thresholds.ts';
import { addressList, coreCount, count, duration, field, headers, level, rate, text, textBy, time } from './values.ts';

const scenarioName = z.string().regex(/^[\w-]+$/, 'a scenario name is made of letters, digits, _ and -');
const stage = z
  .strictObject({ duration: field(duration), target: field(level) })
  .transform(({ duration: seconds, target }) => ({ seconds, target }));
const stages = z.array(stage).min(1, 'expected at least one stage');

/** Keys of one block of load; in a file with `scenarios` they may also stand outside, as defaults of all blocks. */
const connection = {
  target: textBy(targetText).optional(),
  transport: z.enum(transports).optional(),
  framing: z.enum(framings).optional(),
  dialect: z.enum(dialects).optional(),
  auth: z.strictObject({ token: text }).optional(),
  headers: headers.optional(),
  lifecycle: z.enum(['auto', 'none']).optional(),
  warmup: field(duration).optional(),
  cooldown: field(duration).optional(),
  timeout: field(time).optional(),
  connectTimeout: field(time).optional(),
  inFlight: field(count).optional(),
  maxConnections: field(count).optional(),
  connectRate: field(rate).optional(),
  localAddresses: addressList.optional(),
};

const file = {
  name: text.optional(),
  description: text.optional(),
  tags: z.record(z.string(), z.string()).optional(),
  workers: field(coreCount).optional(),
  bundled: z.strictObject({ backend: text }).optional(),
  thresholds: z.array(textBy(parseThreshold)).optional(),
};

const vus = field(coreCount).optional();

/** The four executors, each beside the keys of `outer`. */
function blockWith<Outer extends z.ZodRawShape>(outer: Outer) {
  const shared = { ...outer, ...connection, steps: stepsSchema };
  return z.discriminatedUnion('executor', [
    z.strictObject({
      ...shared,
      executor: z.literal('constant-vus').optional(),
      vus,
      duration: field(time).optional(),
    }),
    z.strictObject({ ...shared, executor: z.literal('ramping-vus'), startVUs: field(level).optional(), stages }),
    z.strictObject({
      ...shared,
      executor: z.literal('constant-arrival-rate'),
      rate: field(rate),
      timeUnit: field(time).optional(),
      vus,
      duration: field(time).optional(),
    }),
    z.strictObject({
      ...shared,
      executor: z.literal('ramping-arrival-rate'),
      startRate: field(level).optional(),
      timeUnit: field(time).optional(),
      stages,
      vus,
    }),
  ]);
}

const block = blockWith({ startTime: field(duration).optional() });

/** A file that is one block of load. */
export const singleSchema = blockWith(file);

/** A file with several blocks that run in parallel. */
export const parallelSchema = z.strictObject({
  ...file,
  ...connection,
  scenarios: z
    .record(scenarioName, block)
    .refine((blocks) => Object.keys(blocks).length > 0, 'expected at least one scenario'),
});

export type SingleFile = z.output<typeof singleSchema>;
export type ParallelFile = z.output<typeof parallelSchema>;
export type Block = z.output<typeof block>;
